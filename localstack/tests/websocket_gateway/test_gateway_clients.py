"""Clients of the gateway, over real sockets."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from gateway_bench import ALL_ROUTES, bench, deployed, run, until
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from fanout_local.websocket_gateway.deployment import NotDeployed
from fanout_local.websocket_gateway.integration import Answered, Failed, Integrated
from fanout_local.websocket_gateway.limits import Limits


def test_a_client_is_announced_heard_and_seen_off() -> None:
    """One client's three events name the same connection, in order."""

    async def scenario() -> None:
        async with bench() as gateway:
            async with connect(f"{gateway.url}?room=1", user_agent_header="tester") as client:
                await client.send("hello")
                await until(lambda: len(gateway.functions.invoked) == 2)
                await client.close(4000, "enough")
            await until(lambda: len(gateway.functions.invoked) == 3)
        names = [name for name, _ in gateway.functions.invoked]
        contexts = [event["requestContext"] for _, event in gateway.functions.invoked]
        assert names == ["f-$connect", "f-$default", "f-$disconnect"]
        assert len({context["connectionId"] for context in contexts}) == 1
        assert contexts[0]["identity"] == {"sourceIp": "127.0.0.1", "userAgent": "tester"}
        assert gateway.functions.events("CONNECT")[0]["queryStringParameters"] == {"room": "1"}
        assert gateway.functions.events("MESSAGE")[0]["body"] == "hello"
        assert (contexts[2]["disconnectStatusCode"], contexts[2]["disconnectReason"]) == (4000, "enough")
        assert len(gateway.connections) == 0

    run(scenario())


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Answered(status=401), 401),
        (Answered(status=403), 403),
        (Answered(status=500), 500),
        (Failed(cause="it raised"), 502),
    ],
)
def test_refusal_is_an_http_status(answer: Integrated, status: int) -> None:
    """What $connect does not grant ends as an HTTP answer, with no connection and no $disconnect."""

    async def refuse(_name: str, _event: Mapping[str, Any]) -> Integrated:
        return answer

    async def scenario() -> None:
        async with bench(answer=refuse) as gateway:
            with pytest.raises(InvalidStatus) as refusal:
                await connect(gateway.url)
            response = refusal.value.response
            assert response.status_code == status
            assert set(json.loads(bytes(response.body))) == {"message", "connectionId", "requestId"}
            assert len(gateway.connections) == 0
        assert [name for name, _ in gateway.functions.invoked] == ["f-$connect"]

    run(scenario())


def test_another_path_is_forbidden() -> None:
    """Only the stage's own path can be connected to."""

    async def scenario() -> None:
        async with bench() as gateway:
            for path in ("/", "/other", "/local/more"):
                with pytest.raises(InvalidStatus) as refusal:
                    await connect(gateway.url.removesuffix("/local") + path)
                assert refusal.value.response.status_code == 403
        assert gateway.functions.invoked == []

    run(scenario())


def test_nothing_deployed_is_said() -> None:
    """Before a deploy the upgrade answers 503 and why; after it, clients get in."""

    async def scenario() -> None:
        async with bench(deployment=NotDeployed(reason="Stack x is not deployed.")) as gateway:
            with pytest.raises(InvalidStatus) as refusal:
                await connect(gateway.url)
            assert refusal.value.response.status_code == 503
            assert "Stack x is not deployed." in bytes(refusal.value.response.body).decode()
            gateway.stack.deployment = deployed("$default")
            async with connect(gateway.url):
                assert len(gateway.connections) == 1

    run(scenario())


def test_only_a_route_that_answers_sends_the_body_back() -> None:
    """The body of a route without route response is not sent."""

    async def scenario() -> None:
        async with bench() as gateway, connect(gateway.url) as client:
            await client.send('{"action": "quiet"}')
            await client.send('{"action": "ask", "say": "שלום"}')
            assert json.loads(await client.recv()) == {"action": "ask", "say": "שלום"}
            assert len(gateway.functions.events("MESSAGE")) == 2

    run(scenario())


def test_failed_function_is_told_and_the_client_stays() -> None:
    """A function that fails gives an error frame, and the next message is served."""

    async def fail_once(_name: str, event: Mapping[str, Any]) -> Integrated:
        return Failed(cause="no") if event.get("body") == "fail" else Answered(status=200, body="fine")

    async def scenario() -> None:
        async with bench(answer=fail_once) as gateway, connect(gateway.url) as client:
            await client.send("fail")
            error = json.loads(await client.recv())
            context = gateway.functions.events("MESSAGE")[0]["requestContext"]
            assert error == {
                "message": "Internal server error",
                "connectionId": context["connectionId"],
                "requestId": context["requestId"],
            }
            await client.send('{"action": "ask"}')
            assert await client.recv() == "fine"

    run(scenario())


def test_message_without_a_route_is_forbidden() -> None:
    """Without $default, a message that names no route is answered by an error frame."""

    async def scenario() -> None:
        async with bench(deployment=deployed("$connect")) as gateway, connect(gateway.url) as client:
            await client.send("hello")
            assert json.loads(await client.recv())["message"] == "Forbidden"

    run(scenario())


def test_subprotocol_is_the_functions_choice() -> None:
    """The subprotocol that $connect answers is agreed on, if the client offered it."""

    async def choose(_name: str, _event: Mapping[str, Any]) -> Integrated:
        return Answered(status=200, headers={"sec-websocket-protocol": "v2"})

    async def scenario() -> None:
        async with bench(answer=choose) as gateway:
            async with connect(gateway.url, subprotocols=[Subprotocol("v1"), Subprotocol("v2")]) as client:
                assert client.subprotocol == "v2"
            async with connect(gateway.url, subprotocols=[Subprotocol("v1")]) as client:
                assert client.subprotocol is None

    run(scenario())


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("x" * 101, 1009),
        (["x" * 100, "x" * 100, "x"], 1009),
        (b"binary", 1003),
    ],
)
def test_message_over_a_limit_closes(message: str | list[str] | bytes, code: int) -> None:
    """A frame or a message that is too large, or no text, closes with API Gateway's code, and $disconnect tells it."""

    async def scenario() -> None:
        limits = Limits(frame_bytes=100, message_bytes=200)
        async with bench(limits=limits) as gateway:
            async with connect(gateway.url) as client:
                await client.send(message)
                with pytest.raises(ConnectionClosed) as closed:
                    await client.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == code
            await until(lambda: bool(gateway.functions.events("DISCONNECT")))
        assert gateway.functions.events("MESSAGE") == []
        assert gateway.functions.events("DISCONNECT")[0]["requestContext"]["disconnectStatusCode"] == code

    run(scenario())


def test_message_of_several_frames_within_the_limits() -> None:
    """Frames within the frame limit make up a message within the message limit."""

    async def scenario() -> None:
        async with bench(limits=Limits(frame_bytes=100, message_bytes=200)) as gateway, connect(gateway.url) as client:
            await client.send(["x" * 100, "y" * 100])
            await until(lambda: bool(gateway.functions.events("MESSAGE")))
            assert gateway.functions.events("MESSAGE")[0]["body"] == "x" * 100 + "y" * 100

    run(scenario())


@pytest.mark.parametrize("limits", [Limits(idle_s=0.1), Limits(connection_s=0.1)])
def test_idle_or_old_connection_is_closed(limits: Limits) -> None:
    """A connection without messages, or older than the most, is closed with 1001."""

    async def scenario() -> None:
        async with bench(limits=limits) as gateway, connect(gateway.url) as client:
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
            await until(lambda: bool(gateway.functions.events("DISCONNECT")))
            context = gateway.functions.events("DISCONNECT")[0]["requestContext"]
            assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1001, "Going away")

    run(scenario())


def test_messages_keep_a_connection_alive() -> None:
    """The idle time starts again with each message."""

    async def scenario() -> None:
        async with bench(limits=Limits(idle_s=0.3)) as gateway, connect(gateway.url) as client:
            begun = asyncio.get_running_loop().time()
            while asyncio.get_running_loop().time() < begun + 0.8:
                await client.send('{"action": "ask"}')
                await client.recv()

    run(scenario())


@pytest.mark.parametrize(("in_flight", "most"), [(1, 1), (3, 3)])
def test_messages_of_one_client_in_flight(in_flight: int, most: int) -> None:
    """No more of a client's messages are handled at once than the limit says, and all of them are."""
    running, seen = 0, 0

    async def slow(_name: str, event: Mapping[str, Any]) -> Integrated:
        nonlocal running, seen
        running += 1
        seen = max(seen, running)
        await asyncio.sleep(0.02)
        running -= 1
        return Answered(status=200)

    async def scenario() -> None:
        async with (
            bench(answer=slow, limits=Limits(messages_in_flight=in_flight)) as gateway,
            connect(gateway.url) as client,
        ):
            for number in range(9):
                await client.send(str(number))
            await until(lambda: len(gateway.functions.events("MESSAGE")) == 9)
        assert seen == most
        if in_flight == 1:
            assert [event["body"] for event in gateway.functions.events("MESSAGE")] == list("012345678")

    run(scenario())


def test_disconnect_comes_after_what_was_sent() -> None:
    """A client that sends and leaves at once is seen off only when its messages are handled."""

    async def slow(_name: str, _event: Mapping[str, Any]) -> Integrated:
        await asyncio.sleep(0.05)
        return Answered(status=200)

    async def scenario() -> None:
        async with bench(answer=slow) as gateway:
            async with connect(gateway.url) as client:
                await client.send("1")
            await until(lambda: len(gateway.functions.invoked) == 3)
        assert [name for name, _ in gateway.functions.invoked] == ["f-$connect", "f-$default", "f-$disconnect"]

    run(scenario())


def test_lost_client_is_seen_off() -> None:
    """A client that vanishes without a closing is told as 1006."""

    async def scenario() -> None:
        async with bench() as gateway:
            client = await connect(gateway.url)
            client.transport.abort()
            await until(lambda: bool(gateway.functions.events("DISCONNECT")))
        assert gateway.functions.events("DISCONNECT")[0]["requestContext"]["disconnectStatusCode"] == 1006

    run(scenario())


def test_stop_sends_everybody_away() -> None:
    """When the gateway stops, clients are closed with 1001 and $disconnect is told of each."""

    async def scenario() -> None:
        async with bench(deployment=deployed(*ALL_ROUTES)) as gateway:
            clients = [await connect(gateway.url) for _ in range(20)]
        for client in clients:
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
        assert len(gateway.functions.events("DISCONNECT")) == 20

    run(scenario())
