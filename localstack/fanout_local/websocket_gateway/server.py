"""Puts the gateway together and runs it until it is told to stop."""

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import boto3
from aiohttp import web
from botocore.config import Config
from websockets.asyncio.server import serve

from fanout_local.websocket_gateway.connections import Connections
from fanout_local.websocket_gateway.deployed_stack import DeployedStack
from fanout_local.websocket_gateway.first_bytes import either
from fanout_local.websocket_gateway.gateway import Gateway
from fanout_local.websocket_gateway.lambda_invoker import LambdaInvoker
from fanout_local.websocket_gateway.limits import Limits
from fanout_local.websocket_gateway.management import Management
from fanout_local.websocket_gateway.sockets import Sockets

LOG = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1"
CONNECT_TIMEOUT_S = 2
CLOSE_TIMEOUT_S = 2
# For what $disconnect has to say when everybody is sent away.
STOP_TIMEOUT_S = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Where to listen, and which stack's API to serve."""

    port: int
    aws_endpoint: str
    stack_name: str
    stage: str
    limits: Limits = field(default_factory=Limits)


async def run(settings: GatewaySettings) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError when the port is taken."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    limits = settings.limits
    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=limits.integration_s,
        retries={"total_max_attempts": 1},
        max_pool_connections=limits.invocations,
    )
    functions = boto3.client("lambda", endpoint_url=settings.aws_endpoint, config=config)
    stacks = boto3.client("cloudformation", endpoint_url=settings.aws_endpoint, config=config)
    invoker = LambdaInvoker(functions, at_once=limits.invocations)
    gateway = Gateway(
        deployments=DeployedStack(stacks, stack_name=settings.stack_name, stage=settings.stage),
        invoker=invoker,
        connections=Connections(now_ms=lambda: time.time_ns() // 1_000_000),
        stage=settings.stage,
    )
    async with listening(gateway, port=settings.port, limits=limits) as port:
        LOG.info("listening on ws://%s:%d/%s", LOOPBACK, port, settings.stage)
        await stop.wait()
        LOG.info("stopping: %d clients are sent away", len(gateway.connections))
    invoker.close()


@asynccontextmanager
async def listening(gateway: Gateway, *, port: int, limits: Limits) -> AsyncIterator[int]:
    """Serve sockets and @connections on one port (0: any free one), which is given; at the end all are sent away."""
    application = Management(gateway.connections, stage=gateway.stage, limits=limits).application
    management = web.AppRunner(application, access_log=None)
    await management.setup()
    assert management.server is not None  # noqa: S101 (setup makes it)
    sockets = Sockets(gateway, limits)
    server = await serve(
        sockets.handle,
        LOOPBACK,
        port,
        process_request=sockets.process_request,
        select_subprotocol=sockets.select_subprotocol,
        create_connection=either(management.server),
        compression=None,
        open_timeout=limits.integration_s + CONNECT_TIMEOUT_S,
        close_timeout=CLOSE_TIMEOUT_S,
        ping_interval=None,
        max_size=(limits.message_bytes, limits.frame_bytes),
        write_limit=limits.unsent_bytes,
        backlog=1024,
    )
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await management.cleanup()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await server.wait_closed()
        except TimeoutError:
            LOG.warning("stopped before every $disconnect was answered")
