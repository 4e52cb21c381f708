"""Mutants of a batch's way: decoding, fan-out, putting away, settling."""

from tests.mutants.mutant import Mutant

CONSUMERS = ("tests/unit/consumers",)
BY_SIMULATION = ()
"""Tests with real threads would hang for long."""

DECODING = (
    Mutant(
        breaks="I11: a bad record crashes its batch",
        file="stream_processor/decode.py",
        old="    except UndecodableError as error:\n        event_id = record.get",
        new="    except ZeroDivisionError as error:\n        event_id = record.get",
    ),
    Mutant(
        breaks="a record that stands twice in an event is delivered twice",
        file="stream_processor/decode.py",
        old="        elif changes.setdefault(decoded.event_id, decoded) is not decoded:",
        new="        elif changes.setdefault(f'{decoded.event_id}{len(changes)}', decoded) is not decoded:",
    ),
    Mutant(
        breaks="I5: the text of an order key leaves out the stream's label",
        file="stream_processor/change.py",
        old='return f"{self.stream_label}/{self.sequence_number:040d}"',
        new='return f"{self.sequence_number:040d}"',
    ),
    Mutant(
        breaks="I5: the text of an order key has no fixed width",
        file="stream_processor/change.py",
        old='return f"{self.stream_label}/{self.sequence_number:040d}"',
        new='return f"{self.stream_label}/{self.sequence_number}"',
    ),
    Mutant(
        breaks="I5: order keys compare the number before the stream's label",
        file="stream_processor/change.py",
        old="    sequence_number: int\n\n    def __str__(self) -> str:",
        new="    sequence_number: int\n\n"
        "    def __lt__(self, other): return self[::-1] < other[::-1]\n"
        "    def __gt__(self, other): return self[::-1] > other[::-1]\n\n"
        "    def __str__(self) -> str:",
    ),
)

FANNING_OUT = (
    Mutant(
        breaks="I8: patience ignored",
        file="stream_processor/fan_out.py",
        old="name: deadline.at_most(self._patience_s[name])",
        new="name: deadline",
        tests=BY_SIMULATION,
    ),
    Mutant(
        breaks="I8: a consumer that hangs is asked again",
        file="stream_processor/fan_out.py",
        old="        return task is not None and not task.done()",
        new="        return task is not None and name not in self._consumers",
    ),
    Mutant(
        breaks="I8: a consumer that came back is never asked again",
        file="stream_processor/fan_out.py",
        old="        return task is not None and not task.done()",
        new="        return task is not None",
    ),
    Mutant(
        breaks="I3: a consumer is asked again for all, not for what it did not take",
        file="stream_processor/fan_out.py",
        old="            pending = hearing.unanswered(pending)",
        new="            pending = pending if hearing.unanswered(pending) else []",
    ),
    Mutant(
        breaks="a sink's wish to be left alone is ignored within the batch",
        file="stream_processor/fan_out.py",
        old="asked_s = hearing.asked_s(pending)",
        new="asked_s = None",
    ),
    Mutant(
        breaks="I1: a change that is not mentioned counts as delivered",
        file="stream_processor/hearing.py",
        old="self._retries.get(event_id, missing)",
        new="self._retries.get(event_id, DELIVERED if missing else missing)",
    ),
    Mutant(
        breaks="the last answer counts, not the first",
        file="stream_processor/hearing.py",
        old="            elif event_id not in outcomes:",
        new="            else:",
    ),
    Mutant(
        breaks="I6: who waits for a slow neighbour counts as slow",
        file="stream_processor/hearing.py",
        old="        finished_s = self._finished_s\n",
        new="        finished_s = None\n",
    ),
    Mutant(
        breaks="a projection leaks",
        file="stream_processor/delivery.py",
        old="[projection.apply(change) for change in changes]",
        new="changes",
    ),
    Mutant(
        breaks="I7: a mass rejection is ignored",
        file="stream_processor/mass_rejection.py",
        old="    if not in_mass:",
        new="    if in_mass or not in_mass:",
    ),
    Mutant(
        breaks="I7: a wrong permission dead-letters",
        file="consumers/aws_faults.py",
        old="not in (401, 403, 404, 429)",
        new="not in (401, 404, 429)",
        tests=CONSUMERS,
    ),
    Mutant(
        breaks="I7: throttling dead-letters",
        file="consumers/aws_faults.py",
        old='    "throttl",\n',
        new="",
        tests=CONSUMERS,
    ),
)

BREAKING = (
    Mutant(
        breaks="I6: a breaker never opens",
        file="stream_processor/delivery.py",
        old="            if reason:",
        new="            if not name:",
    ),
    Mutant(
        breaks="I6: a consumer is asked though its breaker is open",
        file="stream_processor/delivery.py",
        old="for name, changes in work.items() if name not in open_breakers}",
        new="for name, changes in work.items()}",
    ),
    Mutant(
        breaks="I6: poison opens a breaker",
        file="stream_processor/circuit_breaker.py",
        old="causes = [outcome.cause for outcome in tally.failures().values() if isinstance(outcome, Retry)]",
        new="causes = [outcome.cause for outcome in tally.failures().values()]",
    ),
    Mutant(
        breaks="I6: a sink that hangs is waited for three times before its breaker opens",
        file="stream_processor/circuit_breaker.py",
        old="if used_up or OUT_OF_PATIENCE in causes or STILL_RUNNING in causes:",
        new="if STILL_RUNNING in causes:",
    ),
    Mutant(
        breaks="a good batch does not start the count of bad ones anew",
        file="stream_processor/circuit_breaker.py",
        old="self._bad_in_a_row.get(consumer, 0) + 1 if bad else 0",
        new="self._bad_in_a_row.get(consumer, 0) + (1 if bad else 0)",
    ),
)

PUTTING_AWAY = (
    Mutant(
        breaks="I1: settled, whether parked or not",
        file="stream_processor/putting_away.py",
        old="self._standings(parked, done, State.PARKED)",
        new="self._standings(parked, range(len(parked)), State.PARKED)",
    ),
    Mutant(
        breaks="I1: settled, whether the dead letter is stored or not",
        file="stream_processor/putting_away.py",
        old="self._standings(dead, done, State.DEAD_LETTERED)",
        new="self._standings(dead, range(len(dead)), State.DEAD_LETTERED)",
    ),
    Mutant(
        breaks="I1: a bad record that is not stored is settled",
        file="stream_processor/putting_away.py",
        old="enumerate(bad_records) if position not in done]",
        new="enumerate(bad_records) if position in done and not done]",
    ),
    Mutant(
        breaks="I1: a dead letter without its record",
        file="stream_processor/putting_away.py",
        old="dead.append(_undelivered(change.event_id, consumer, cause, at_ms, change.record))",
        new="dead.append(_undelivered(change.event_id, consumer, cause, at_ms, change.keys))",
    ),
    Mutant(
        breaks="I7: a sink's failure dead-letters",
        file="stream_processor/putting_away.py",
        old="parked.append(_undelivered(change.event_id, consumer, cause, at_ms, change.record))\n"
        "                    delays_s.append(min(MOST_DELAY_S, after_s or 0.0))",
        new="dead.append(_undelivered(change.event_id, consumer, cause, at_ms + 0 * int(after_s or 0), change.record))",
    ),
    Mutant(
        breaks="I3: the ledger is told that what is parked was delivered",
        file="stream_processor/putting_away.py",
        old="self._standings(parked, done, State.PARKED)",
        new="self._standings(parked, done, State.DELIVERED)",
    ),
    Mutant(
        breaks="a sink's wish to be left alone is forgotten when its changes are parked",
        file="stream_processor/putting_away.py",
        old="delays_s.append(min(MOST_DELAY_S, after_s or 0.0))",
        new="delays_s.append(0.0 * (after_s or 0.0))",
    ),
)

SETTLING = (
    Mutant(
        breaks="I2: the latest unsettled record is named, not the lowest",
        file="stream_processor/settlement.py",
        old="min(named, key=int)",
        new="max(named, key=int)",
    ),
    Mutant(
        breaks="I2: sequence numbers compare as text",
        file="stream_processor/settlement.py",
        old="min(named, key=int)",
        new="min(named)",
    ),
    Mutant(
        breaks="I2: a record that cannot be named is left out of the answer",
        file="stream_processor/settlement.py",
        old="if len(named) == len(unsettled) else",
        new="if named else",
    ),
    Mutant(
        breaks="I3: what the ledger knows is not used",
        file="stream_processor/processing.py",
        old="work = {name: _not_in(known[name], batch.changes) for name in self.consumers}",
        new="work = {name: batch.changes for name in self.consumers}",
    ),
    Mutant(
        breaks="I3: a ledger that cannot be read stops delivery",
        file="stream_processor/processing.py",
        old="            faults.append(Cause.of(error))\n            return NOTHING_KNOWN",
        new="            faults.append(Cause.of(error))\n            raise",
    ),
    Mutant(
        breaks="I3: a ledger that cannot be written fails the batch",
        file="stream_processor/processing.py",
        old="            self.ledger.record(entries, deadline)\n        except LedgerUnavailableError as error:\n",
        new="            self.ledger.record(entries, deadline)\n        except ZeroDivisionError as error:\n",
    ),
    Mutant(
        breaks="I8: the reserve is ignored",
        file="stream_processor/budget.py",
        old="delivery = deadline.less(reserve_s)",
        new="delivery = deadline",
    ),
    Mutant(
        breaks="I8: a ledger that hangs takes the consumers' time",
        file="stream_processor/budget.py",
        old="recall=delivery.at_most(reserve_s)",
        new="recall=delivery",
    ),
    Mutant(
        breaks="I8: a ledger that hangs takes the answer with it",
        file="stream_processor/budget.py",
        old="recording=deadline.less(reserve_s * (1 - RECORD_SHARE))",
        new="recording=deadline",
    ),
)

OF_A_BATCH = (*DECODING, *FANNING_OUT, *BREAKING, *PUTTING_AWAY, *SETTLING)
