"""A gateway on a real port whose functions are stood in for at the invoker's port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fanout_local.websocket_gateway.connections import Connections
from fanout_local.websocket_gateway.deployment import Deployment, NotDeployed, Route
from fanout_local.websocket_gateway.gateway import Gateway
from fanout_local.websocket_gateway.integration import Answered, Integrated
from fanout_local.websocket_gateway.limits import Limits
from fanout_local.websocket_gateway.server import listening

DEADLINE_S = 10
ALL_ROUTES = ("$connect", "$disconnect", "$default", "quiet")


def deployed(*keys: str, answering: tuple[str, ...] = ("ask",)) -> Deployment:
    """An API with these routes and the answering ones, each with a function of the route's name."""
    routes = {key: Route(key=key, function_name=f"f-{key}", answers=key in answering) for key in (*keys, *answering)}
    return Deployment(api_id="abcdef0123", stage="local", selection=("action",), routes=routes)


async def say_ok(_function_name: str, event: Mapping[str, Any]) -> Integrated:
    """A function that is content with everything, and returns the body it was given."""
    return Answered(status=200, body=event.get("body", ""))


@dataclass(slots=True, kw_only=True)
class Functions:
    """Stands in for Lambda: remembers each event, answers by `answer`."""

    answer: Callable[[str, Mapping[str, Any]], Awaitable[Integrated]] = say_ok
    invoked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def invoke(self, function_name: str, event: Mapping[str, object]) -> Integrated:
        """As the gateway calls it."""
        self.invoked.append((function_name, event))
        return await self.answer(function_name, event)

    def events(self, type_: str) -> list[Mapping[str, Any]]:
        """The events of a type that came so far."""
        return [event for _, event in self.invoked if event["requestContext"]["eventType"] == type_]


@dataclass(slots=True, kw_only=True)
class Stack:
    """Stands in for CloudFormation."""

    deployment: Deployment | NotDeployed

    async def current(self) -> Deployment | NotDeployed:
        """As the gateway calls it."""
        return self.deployment


@dataclass(slots=True, kw_only=True)
class Bench:
    """A gateway that listens."""

    url: str
    management: str
    functions: Functions
    stack: Stack
    connections: Connections


@asynccontextmanager
async def bench(
    *,
    deployment: Deployment | NotDeployed | None = None,
    answer: Callable[[str, Mapping[str, Any]], Awaitable[Integrated]] = say_ok,
    limits: Limits | None = None,
) -> AsyncIterator[Bench]:
    """Let a gateway listen on a free port."""
    clock_ms = 1_700_000_000_000
    functions = Functions(answer=answer)
    stack = Stack(deployment=deployment or deployed(*ALL_ROUTES))
    loop = asyncio.get_running_loop()
    connections = Connections(now_ms=lambda: clock_ms + int(loop.time() * 1000))
    gateway = Gateway(deployments=stack, invoker=functions, connections=connections, stage="local")
    async with listening(gateway, port=0, limits=limits or Limits()) as port:
        yield Bench(
            url=f"ws://127.0.0.1:{port}/local",
            management=f"http://127.0.0.1:{port}/local/@connections",
            functions=functions,
            stack=stack,
            connections=connections,
        )


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something has come true; fails after DEADLINE_S."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.005)


def run(scenario: Awaitable[None]) -> None:
    """Run a test's coroutine, within DEADLINE_S."""

    async def bounded() -> None:
        async with asyncio.timeout(DEADLINE_S):
            await scenario

    asyncio.run(bounded())
