"""What LocalStack takes for the worker of a DynamoDB stream's mapping: it does nothing, and knows how the mapping is.

The methods are those of localstack.services.lambda_.event_source_mapping.esm_worker.EsmWorker (4.14). LocalStack makes
a new worker for every update.
"""

from datetime import datetime
from typing import Any

from localstack.services.lambda_.event_source_mapping.esm_worker import EsmState, EsmStateReason
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.provider_utils import get_function_version_from_arn

from fanout_local.event_source_mapping.report import fingerprint
from fanout_local.event_source_mapping.settings import InvalidSettingsError, settings_of
from fanout_local.lambda_provider.runners import Runners


class StreamWorker:
    """Stands for one mapping as it is set now."""

    def __init__(self, config: dict[str, Any], *, enabled: bool, runners: Runners, transition: EsmState) -> None:
        """`transition`: the state until runners go by these settings."""
        version = get_function_version_from_arn(config["FunctionArn"])
        self._store = lambda_stores[version.id.account][version.id.region].event_source_mappings
        self._runners = runners
        self._transition = transition
        self.esm_config = config
        self.enabled = enabled
        self.state_transition_reason = EsmStateReason.USER_ACTION
        try:
            self._fingerprint = fingerprint(settings_of(config))
        except InvalidSettingsError:
            self._fingerprint = ""

    @property
    def uuid(self) -> str:
        """The mapping's."""
        return str(self.esm_config["UUID"])

    @property
    def current_state(self) -> EsmState:
        """As AWS shows it: on its way until the runners have taken it in."""
        if not self._runners.settled(self.uuid, fingerprint=self._fingerprint, enabled=self.enabled):
            return self._transition
        return EsmState.ENABLED if self.enabled else EsmState.DISABLED

    def create(self) -> None:
        """It is in the store from now on."""
        self.refresh(modified=datetime.now())  # noqa: DTZ005 (LocalStack's own are without a zone)

    def refresh(self, modified: datetime | None = None) -> None:
        """Write what is so now to where LocalStack's lists take it from."""
        stored = self._store.get(self.uuid)
        if stored is None:
            return
        # What an update asked for; LocalStack leaves it there, though no answer has it.
        stored.pop("Enabled", None)
        stored["State"] = self.current_state
        stored["StateTransitionReason"] = self.state_transition_reason
        if (result := self._runners.result(self.uuid)) is not None:
            stored["LastProcessingResult"] = result
        if modified is not None:
            stored["LastModified"] = modified

    def stop(self) -> None:
        """Nothing: the next worker of this mapping is there already."""

    def delete(self) -> None:
        """Forget it; the runners see that it is gone."""
        self._store.pop(self.uuid, None)

    def stop_for_shutdown(self) -> None:
        """Nothing runs here."""
