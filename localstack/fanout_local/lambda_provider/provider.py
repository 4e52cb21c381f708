"""LocalStack's Lambda provider, whose mappings of DynamoDB streams are served outside of it."""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.lambda_ import InvalidParameterValueException
from localstack.http import Request, Response
from localstack.services.edge import ROUTER
from localstack.services.lambda_ import provider as localstack_provider
from localstack.services.lambda_.event_source_mapping.esm_worker import EsmState
from localstack.services.lambda_.event_source_mapping.esm_worker_factory import EsmWorkerFactory
from localstack.services.lambda_.provider import LambdaProvider

from fanout_local.event_source_mapping.report import PATH
from fanout_local.event_source_mapping.settings import InvalidSettingsError, settings_of
from fanout_local.lambda_provider.runners import Runners
from fanout_local.lambda_provider.stream_worker import StreamWorker

runners = Runners()
NO_REASON = "out of bounds todo"
"""What LocalStack says of a batch size."""


class MappingsProvider(LambdaProvider):  # type: ignore[misc]  # LocalStack is only in its own environment
    """LocalStack's own; its poller of DynamoDB streams never runs, and their settings are checked as AWS does."""

    def __init__(self) -> None:
        super().__init__()
        localstack_provider.EsmWorkerFactory = WorkerFactory
        ROUTER.add(f"{PATH}<runner>", _told, methods=["PUT"])

    def validate_event_source_mapping(self, context: RequestContext, request: Mapping[str, Any]) -> Any:
        """As LocalStack, and what it lets pass of a DynamoDB stream's mapping though AWS refuses it."""
        try:
            found = super().validate_event_source_mapping(context, request)
        except InvalidParameterValueException as error:
            if _is_stream(request) and str(error) == NO_REASON:
                _validate(request)
            raise
        if _is_stream(request):
            _validate(request)
        return found

    def get_event_source_mapping(self, context: RequestContext, uuid: str, **kwargs: Any) -> Any:
        """As LocalStack, with what the runners say."""
        self._refresh(uuid)
        return super().get_event_source_mapping(context, uuid, **kwargs)

    def list_event_source_mappings(self, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        """As LocalStack, with what the runners say."""
        for uuid in list(self.esm_workers):
            self._refresh(uuid)
        return super().list_event_source_mappings(context, *args, **kwargs)

    def _refresh(self, uuid: str) -> None:
        worker = self.esm_workers.get(uuid)
        if isinstance(worker, StreamWorker):
            worker.refresh()


class WorkerFactory(EsmWorkerFactory):  # type: ignore[misc]
    """LocalStack's, but for DynamoDB streams."""

    def get_esm_worker(self) -> Any:
        """A worker that polls, or for a DynamoDB stream one that does nothing."""
        if not _is_stream(self.esm_config):
            return super().get_esm_worker()
        return StreamWorker(self.esm_config, enabled=self.enabled, runners=runners, transition=self._transition())

    def _transition(self) -> EsmState:
        """Disabling, Enabling, Updating or Creating: LocalStack has written it, but for one that an update disables."""
        if not self.enabled:
            return EsmState.DISABLING
        state = EsmState(self.esm_config["State"])
        return EsmState.UPDATING if state is EsmState.ENABLED else state


def _validate(request: Mapping[str, Any]) -> None:
    try:
        settings_of({**request, "UUID": "any", "FunctionArn": "any"})
    except InvalidSettingsError as error:
        raise InvalidParameterValueException(str(error), Type="User") from error


def _is_stream(settings: Mapping[str, Any]) -> bool:
    arn = settings.get("EventSourceArn") or ""
    return ":dynamodb:" in arn and "/stream/" in arn


def _told(request: Request, runner: str) -> Response:
    try:
        runners.told(runner, request.get_data())
    except (ValueError, TypeError, AttributeError) as error:
        return Response(f"Not a runner's report: {error}", status=400)
    return Response(status=204)
