"""A lane's failure record on its way to the on-failure destination. Pure."""

from dataclasses import dataclass

from fanout_local.event_source_mapping.back_off import BackOff
from fanout_local.event_source_mapping.commands import Metric, SendToDestination
from fanout_local.event_source_mapping.failure_record import FailureRecord
from fanout_local.event_source_mapping.outbox import Outbox
from fanout_local.event_source_mapping.part import Part
from fanout_local.event_source_mapping.settings import MappingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class _GivenUp:
    part: Part
    failure: FailureRecord
    counted: bool
    """It counts as dropped when there is no destination."""


class Delivering:
    """At most one failure record at a time."""

    def __init__(self, outbox: Outbox) -> None:
        """Nothing to deliver."""
        self._outbox = outbox
        self._given_up: _GivenUp | None = None
        self._delivery: int | None = None
        self._back_off = BackOff()

    @property
    def waits(self) -> bool:
        """There is a record that the destination does not have yet."""
        return self._given_up is not None

    @property
    def under_way(self) -> bool:
        """It was sent, and there is no answer yet."""
        return self._delivery is not None

    @property
    def not_before_ms(self) -> int:
        """When it may be sent again."""
        return self._back_off.not_before_ms

    def put(self, part: Part, failure: FailureRecord, *, counted: bool) -> None:
        """Take in a part that is given up; there must be none yet.

        Args:
            part: what is given up.
            failure: what the destination gets.
            counted: it counts as dropped when there is no destination.

        """
        self._given_up = _GivenUp(part=part, failure=failure, counted=counted)

    def advance(self, settings: MappingSettings, now_ms: int) -> Part | None:
        """Send the record if it is time; return the part when there is no destination, so that it is dropped."""
        given_up = self._given_up
        if given_up is None or self._delivery is not None:
            return None
        if settings.destination_arn is None:
            if given_up.counted:
                self._outbox.measure(Metric.DROPPED, len(given_up.part.records))
            return self._forget()
        if now_ms >= self._back_off.not_before_ms:
            self._delivery = self._outbox.number()
            self._outbox.put(
                SendToDestination(
                    delivery=self._delivery, destination_arn=settings.destination_arn, failure=given_up.failure
                )
            )
        return None

    def awaits(self, delivery: int) -> bool:
        """Tell whether this is the delivery that is unanswered."""
        return delivery == self._delivery

    def took(self) -> Part:
        """Note that the destination has the record; return the part that is done with this."""
        part = self._forget()
        self._back_off.succeeded()
        return part

    def refused(self, now_ms: int) -> None:
        """Note that the destination does not have the record."""
        self._delivery = None
        self._back_off.failed(now_ms)

    def drain(self) -> list[Part]:
        """Return what waits, and deliver it no more; nothing may be under way."""
        return [self._forget()] if self._given_up is not None else []

    def _forget(self) -> Part:
        given_up, self._given_up, self._delivery = self._given_up, None, None
        if given_up is None:
            raise ValueError("Nothing waits for the destination.")
        return given_up.part
