"""Mutants of the way of parked changes."""

from tests.mutants.mutant import Mutant

RETRYING = "stream_processor/retrying.py"
PARKING = "stream_processor/parking.py"

OF_A_RETRY = (
    Mutant(
        breaks="I1: a message leaves though it could not be parked anew",
        file=RETRYING,
        old="{ids[position]: Standing(state=State.PARKED, at_ms=now_ms) for position in done}",
        new="{ids[position]: Standing(state=State.PARKED, at_ms=now_ms) for position in range(len(ids))}",
    ),
    Mutant(
        breaks="I1: a message leaves though its dead letter could not be stored",
        file=RETRYING,
        old="{ids[position]: Standing(state=State.DEAD_LETTERED, at_ms=now_ms) for position in done}",
        new="{ids[position]: Standing(state=State.DEAD_LETTERED, at_ms=now_ms) for position in range(len(ids))}",
    ),
    Mutant(
        breaks="I6: a breaker never closes",
        file=RETRYING,
        old="                self._close_breaker(name, faults)",
        new="                name.strip()",
    ),
    Mutant(
        breaks="I6: a probe that fails closes the breaker",
        file=RETRYING,
        old="            if not any(isinstance(outcome, Retry) for outcome in tally.outcomes.values()):",
        new="            if tally.outcomes:",
    ),
    Mutant(
        breaks="I6: a sink is probed by many changes at once",
        file=RETRYING,
        old="in_order[name][:1]",
        new="in_order[name]",
    ),
    Mutant(
        breaks="I6: a sink is probed out of turn",
        file=RETRYING,
        old="if name in open_breakers and self._claims_probe(name, faults)]",
        new="if name in open_breakers and (self._claims_probe(name, faults) or True)]",
    ),
    Mutant(
        breaks="I4: the worker hands over changes as the queue gave them",
        file=RETRYING,
        old="sorted(changes.values(), key=lambda c: c.order_key)",
        new="list(changes.values())",
    ),
    Mutant(
        breaks="messages of one change multiply",
        file=RETRYING,
        old="oldest[parts[message.message_id]] if message.message_id in parts else message.message_id",
        new="message.message_id",
    ),
    Mutant(
        breaks="I3: the worker overwrites the stream function's entry in the ledger",
        file=RETRYING,
        old='event_id = f"{change.event_id}#{consumer}"',
        new="event_id = change.event_id",
    ),
    Mutant(
        breaks="I3: a ledger that cannot be read stops the worker",
        file=RETRYING,
        old="            faults.append(Cause.of(error))\n            return {}",
        new="            faults.append(Cause.of(error))\n            raise",
    ),
    Mutant(
        breaks="I8: what hangs while the worker puts away takes the answer with it",
        file=RETRYING,
        old="self._put_away(distinct, outcomes, open_breakers, budget.putting_away)",
        new="self._put_away(distinct, outcomes, open_breakers, deadline)",
    ),
    Mutant(
        breaks="I7: what is parked for ten days is never given up",
        file=PARKING,
        old="isinstance(outcome, Retry) and parked_ms >= self.most_ms",
        new="isinstance(outcome, Retry) and parked_ms < 0",
    ),
    Mutant(
        breaks="I7: what was rejected in a mass is poison to the worker",
        file=PARKING,
        old="parked_ms < self.mass_rejection_ms",
        new="parked_ms < 0",
    ),
    Mutant(
        breaks="I7: an outage makes a change forget that it was rejected in a mass",
        file=PARKING,
        old="cause = undelivered.cause if undelivered.cause.type == MASS_REJECTION else retry.cause",
        new="cause = retry.cause",
    ),
    Mutant(
        breaks="a sink's wish to be left alone is ignored by the worker",
        file=PARKING,
        old="asked_s=retry.after_s)",
        new="asked_s=None)",
    ),
)
