"""@connections, over real HTTP, by the client that functions use."""

import asyncio
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from gateway_bench import Bench, bench, run, until
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from fanout_local.websocket_gateway.limits import Limits


def client_of(gateway: Bench) -> Any:
    """boto3's client for @connections of this gateway."""
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=gateway.management.removesuffix("/@connections"),
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def id_of(gateway: Bench) -> str:
    """The id of the one client that came last."""
    connection_id: str = gateway.functions.events("CONNECT")[-1]["requestContext"]["connectionId"]
    return connection_id


async def error_of(call: Callable[[], object]) -> tuple[str, int]:
    """Code and HTTP status of the error that a call ends in."""
    with pytest.raises(ClientError) as raised:
        await asyncio.to_thread(call)
    response = raised.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("data", ["hello", "😀 שלום", "x" * 128 * 1024, ""])
def test_post_reaches_the_client(data: str) -> None:
    """What is posted arrives as one text message, up to the limit."""

    async def scenario() -> None:
        async with bench() as gateway, connect(gateway.url) as client:
            api = client_of(gateway)
            await asyncio.to_thread(lambda: api.post_to_connection(ConnectionId=id_of(gateway), Data=data.encode()))
            assert await client.recv() == data

    run(scenario())


def test_posts_one_after_another_keep_their_order() -> None:
    """Posts that wait for each other arrive in order."""

    async def scenario() -> None:
        async with bench() as gateway, connect(gateway.url) as client:
            api = client_of(gateway)

            def post_all() -> None:
                for number in range(50):
                    api.post_to_connection(ConnectionId=id_of(gateway), Data=str(number).encode())

            await asyncio.to_thread(post_all)
            assert [await client.recv() for _ in range(50)] == [str(number) for number in range(50)]

    run(scenario())


def test_post_over_the_limit_is_refused() -> None:
    """A message over 128 KB answers 413, and the client gets nothing of it."""

    async def scenario() -> None:
        async with bench() as gateway, connect(gateway.url) as client:
            api, id_ = client_of(gateway), id_of(gateway)
            for size_bytes in (128 * 1024 + 1, 1024 * 1024):
                data = b"x" * size_bytes
                error = await error_of(partial(api.post_to_connection, ConnectionId=id_, Data=data))
                assert error == ("PayloadTooLargeException", 413)
            await asyncio.to_thread(lambda: api.post_to_connection(ConnectionId=id_, Data=b"next"))
            assert await client.recv() == "next"

    run(scenario())


def test_gone_client_answers_410() -> None:
    """Every call for a client that left, or never was, answers GoneException."""

    async def scenario() -> None:
        async with bench() as gateway:
            api = client_of(gateway)
            async with connect(gateway.url):
                id_ = id_of(gateway)
            await until(lambda: len(gateway.connections) == 0)
            gone = ("GoneException", 410)
            assert await error_of(lambda: api.post_to_connection(ConnectionId=id_, Data=b"x")) == gone
            assert await error_of(lambda: api.get_connection(ConnectionId=id_)) == gone
            assert await error_of(lambda: api.delete_connection(ConnectionId="never=")) == gone

    run(scenario())


def test_post_inside_connect_answers_410() -> None:
    """A client that is still being asked about cannot be posted to."""

    async def scenario() -> None:
        async with bench() as gateway:
            api = client_of(gateway)

            async def post(_name: str, event: Any) -> Any:
                if event["requestContext"]["eventType"] == "CONNECT":
                    id_ = event["requestContext"]["connectionId"]
                    errors.append(await error_of(lambda: api.post_to_connection(ConnectionId=id_, Data=b"x")))
                return await say(_name, event)

            errors: list[tuple[str, int]] = []
            say = gateway.functions.answer
            gateway.functions.answer = post
            async with connect(gateway.url):
                assert errors == [("GoneException", 410)]

    run(scenario())


def test_get_tells_of_the_connection() -> None:
    """GET answers when the client came, was last active, and who it is."""

    async def scenario() -> None:
        async with bench() as gateway, connect(gateway.url, user_agent_header="tester") as client:
            api = client_of(gateway)
            before = await asyncio.to_thread(lambda: api.get_connection(ConnectionId=id_of(gateway)))
            await client.send('{"action": "ask"}')
            await client.recv()
            after = await asyncio.to_thread(lambda: api.get_connection(ConnectionId=id_of(gateway)))
            assert before["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "tester"}
            assert before["ConnectedAt"] == after["ConnectedAt"]
            assert before["ConnectedAt"] <= before["LastActiveAt"] < after["LastActiveAt"]

    run(scenario())


def test_delete_closes_the_connection() -> None:
    """DELETE closes the client's connection, and $disconnect is told."""

    async def scenario() -> None:
        async with bench() as gateway, connect(gateway.url) as client:
            api = client_of(gateway)
            answer = await asyncio.to_thread(lambda: api.delete_connection(ConnectionId=id_of(gateway)))
            assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
            with pytest.raises(ConnectionClosed):
                await client.recv()
            await until(lambda: bool(gateway.functions.events("DISCONNECT")))

    run(scenario())


def test_call_without_a_signature_is_forbidden() -> None:
    """A request without Authorization answers 403, whether the client is there or not."""

    async def scenario() -> None:
        async with bench() as gateway, connect(gateway.url):
            url = f"{gateway.management}/{quote(id_of(gateway), safe='')}"
            for method in ("POST", "GET", "DELETE"):
                request = urllib.request.Request(url, method=method, data=b"x" if method == "POST" else None)
                with pytest.raises(urllib.error.HTTPError) as refusal:
                    await asyncio.to_thread(urllib.request.urlopen, request, timeout=5)
                with refusal.value as answer:
                    assert answer.code == 403
            assert len(gateway.connections) == 1

    run(scenario())


def test_client_that_does_not_read_is_limited() -> None:
    """Posts to a client that reads nothing end in 429 instead of filling memory; others are not held up."""

    async def scenario() -> None:
        limits = Limits(unsent_bytes=256 * 1024)
        async with bench(limits=limits) as gateway:
            stuck, id_ = await _stuck_client(gateway)
            async with connect(gateway.url) as other:
                api = client_of(gateway)
                data = b"x" * 100 * 1024

                def post_until_refused() -> None:
                    for _ in range(500):
                        api.post_to_connection(ConnectionId=id_, Data=data)

                assert await error_of(post_until_refused) == ("LimitExceededException", 429)
                await asyncio.to_thread(lambda: api.post_to_connection(ConnectionId=id_of(gateway), Data=b"hi"))
                assert await other.recv() == "hi"
            stuck.transport.abort()

    run(scenario())


async def _stuck_client(gateway: Bench) -> tuple[ClientConnection, str]:
    """A client whose socket takes little and whose program never reads."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    host, _, port = gateway.url.removeprefix("ws://").partition("/")[0].partition(":")
    await asyncio.get_running_loop().sock_connect(narrow, (host, int(port)))
    client = await connect(gateway.url, sock=narrow)
    id_ = id_of(gateway)
    client.transport.pause_reading()
    return client, id_
