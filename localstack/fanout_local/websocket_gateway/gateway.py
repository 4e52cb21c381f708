"""What the gateway does with clients, whatever the sockets are: admit, pass on, see off."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from fanout_local.websocket_gateway import events
from fanout_local.websocket_gateway.connections import Client, Connection, Connections, new_id
from fanout_local.websocket_gateway.deployed_stack import Deployments
from fanout_local.websocket_gateway.deployment import CONNECT, DISCONNECT, Deployment, NotDeployed, Route
from fanout_local.websocket_gateway.integration import Answered, Failed, FunctionInvoker

LOG = logging.getLogger(__name__)
SUBPROTOCOL_HEADER = "sec-websocket-protocol"
INTERNAL_ERROR = "Internal server error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The client may connect, with the subprotocol that the function chose."""

    subprotocol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The upgrade is answered by this status and JSON body instead."""

    status: int
    body: str


class Gateway:
    """Invokes the deployed routes' functions for clients."""

    def __init__(
        self, *, deployments: Deployments, invoker: FunctionInvoker, connections: Connections, stage: str
    ) -> None:
        self.connections = connections
        self.stage = stage
        self._deployments = deployments
        self._invoker = invoker

    async def admit(
        self, client: Client, *, path: str, headers: Iterable[tuple[str, str]], query: Iterable[tuple[str, str]]
    ) -> Admitted | Refused:
        """Ask $connect; an API without that route lets everybody in."""
        if path.rstrip("/") != f"/{self.stage}":
            return _refused(HTTPStatus.FORBIDDEN, "Forbidden", client, new_id())
        deployment = await self._deployments.current()
        if isinstance(deployment, NotDeployed):
            body = json.dumps({"message": f"No WebSocket API to connect to. {deployment.reason}"})
            return Refused(status=HTTPStatus.SERVICE_UNAVAILABLE, body=body)
        route = deployment.routes.get(CONNECT)
        if route is None:
            return Admitted()
        moment = self._moment(deployment)
        event = events.connect_event(client, moment, headers=headers, query=query)
        answer = await self._invoker.invoke(route.function_name, event)
        if isinstance(answer, Failed):
            _log_failure(route, client, answer)
            return _refused(HTTPStatus.BAD_GATEWAY, INTERNAL_ERROR, client, moment.request_id)
        if not answer.is_success:
            return _refused(answer.status, _phrase(answer.status), client, moment.request_id)
        return Admitted(subprotocol=answer.headers.get(SUBPROTOCOL_HEADER))

    async def pass_on(self, connection: Connection, text: str) -> None:
        """Hand a client's message to the function of its route, and send back what belongs to the client."""
        self.connections.touch(connection)
        reply = await self._reply(connection.client, text)
        if reply is not None and await connection.socket.send(reply):
            self.connections.touch(connection)

    async def see_off(self, client: Client, *, code: int, reason: str) -> None:
        """Tell $disconnect; a failure of it is only logged."""
        deployment = await self._deployments.current()
        route = deployment.routes.get(DISCONNECT) if isinstance(deployment, Deployment) else None
        if route is None or isinstance(deployment, NotDeployed):
            return
        event = events.disconnect_event(client, self._moment(deployment), code=code, reason=reason)
        answer = await self._invoker.invoke(route.function_name, event)
        if isinstance(answer, Failed):
            _log_failure(route, client, answer)

    async def _reply(self, client: Client, text: str) -> str | None:
        deployment = await self._deployments.current()
        if isinstance(deployment, NotDeployed):
            LOG.warning("message of %s: %s", client.connection_id, deployment.reason)
            return _error(INTERNAL_ERROR, client, new_id())
        moment = self._moment(deployment)
        route = deployment.route_of(text)
        if route is None:
            return _error("Forbidden", client, moment.request_id)
        event = events.message_event(client, moment, route_key=route.key, message_id=new_id(), body=text)
        match await self._invoker.invoke(route.function_name, event):
            case Failed() as failure:
                _log_failure(route, client, failure)
                return _error(INTERNAL_ERROR, client, moment.request_id)
            case Answered(body=body) if route.answers and body:
                return body
            case Answered():
                return None

    def _moment(self, deployment: Deployment) -> events.Moment:
        return events.Moment(
            api_id=deployment.api_id,
            stage=deployment.stage,
            request_id=new_id(),
            at_ms=self.connections.now_ms(),
        )


def _log_failure(route: Route, client: Client, failure: Failed) -> None:
    LOG.warning("%s of %s: %s failed: %s", route.key, client.connection_id, route.function_name, failure.cause)


def _refused(status: int, message: str, client: Client, request_id: str) -> Refused:
    return Refused(status=status, body=_error(message, client, request_id))


def _error(message: str, client: Client, request_id: str) -> str:
    return json.dumps({"message": message, "connectionId": client.connection_id, "requestId": request_id})


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Forbidden"
