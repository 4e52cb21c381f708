"""The one place where a runner is put together."""

import os
import signal
import sys
import threading

from fanout_local.event_source_mapping.position import Position
from fanout_local.event_source_mapping.runner.clients import Clients
from fanout_local.event_source_mapping.runner.destinations import AwsDestinations
from fanout_local.event_source_mapping.runner.errands import LocalStackTeller, ask_for_mappings, repeat
from fanout_local.event_source_mapping.runner.http_page import serve_page
from fanout_local.event_source_mapping.runner.invoker import LambdaInvoker
from fanout_local.event_source_mapping.runner.mapping_source import MappingSource
from fanout_local.event_source_mapping.runner.mapping_worker import MappingPorts
from fanout_local.event_source_mapping.runner.measures import Measures
from fanout_local.event_source_mapping.runner.owner import new_owner
from fanout_local.event_source_mapping.runner.runner import Runner
from fanout_local.event_source_mapping.runner.settings import RunnerSettings
from fanout_local.event_source_mapping.runner.shard_worker import ShardWorker, Surroundings
from fanout_local.event_source_mapping.runner.state_table import StateTable
from fanout_local.event_source_mapping.runner.stream_address import as_it_is, in_dynamodb_local
from fanout_local.event_source_mapping.runner.stream_reader import ShardReader
from fanout_local.event_source_mapping.runner.stream_shards import StreamShards
from fanout_local.event_source_mapping.runner.telling import page
from fanout_local.event_source_mapping.settings import MappingSettings
from fanout_local.event_source_mapping.shard import Shard

TELL_EVERY_S = 0.1


def serve(settings: RunnerSettings) -> None:
    """Serve the endpoint's mappings until SIGTERM or SIGINT. Raises OSError when the page's port is taken."""
    clients = Clients(
        aws_endpoint=settings.aws_endpoint,
        dynamodb_endpoint=settings.dynamodb_local or settings.aws_endpoint,
        region=settings.region,
    )
    owner = new_owner()
    measures = Measures(clients.cloudwatch)
    address = as_it_is if settings.dynamodb_local is None else in_dynamodb_local
    around = Surroundings(
        invoke=LambdaInvoker(clients.functions),
        destinations=AwsDestinations(clients),
        measures=measures,
        wake=lambda: runner.wake(),  # noqa: PLW0108 (it is made below)
    )

    def new_worker(mapping: MappingSettings, shard_id: str, position: Position) -> ShardWorker:
        return ShardWorker(
            settings=mapping,
            shard=Shard(
                settings=mapping,
                shard_id=shard_id,
                position=position,
                creation_time_resolution_ms=settings.creation_time_resolution_ms,
            ),
            reader=ShardReader(clients.streams, stream_arn=address(mapping.stream_arn), shard_id=shard_id),
            position=position,
            surroundings=around,
        )

    shown = {"runner": owner, "problem": "", "mappings": []}
    runner = Runner(
        MappingPorts(
            runner=owner,
            lease_ms=round(settings.lease_s * 1000),
            table=StateTable(clients.dynamodb, settings.state_table),
            shards=StreamShards(clients.streams, address=address),
            new_worker=new_worker,
        ),
        show=lambda runner: shown.update(page(runner, owner)),
    )
    port = serve_page(settings.port, lambda: dict(shown))
    print(f"Page: http://127.0.0.1:{port}", flush=True)
    source = MappingSource(clients.mappings, state_is_sure=settings.tell_localstack)
    repeat(lambda: ask_for_mappings(source, runner), every_s=settings.mappings_every_s, name="mappings")
    repeat(measures.send, every_s=settings.metrics_every_s, name="metrics")
    if settings.tell_localstack:
        teller = LocalStackTeller(endpoint=settings.aws_endpoint, owner=owner, runner=runner)
        repeat(teller.tell, every_s=TELL_EVERY_S, name="telling LocalStack")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: runner.stop())
    runner.run()
    sys.stdout.flush()
    # Invocations under way may take minutes; whoever goes on from the checkpoints sends them again.
    if threading.active_count() > 1:
        os._exit(0)
