"""What neither documentation nor recordings tell of Lambda's event source mapping, and what we chose. The one place.

A number that is documented says so; it stands here because the others are measured by it.
"""

MINUTE_MS = 60_000
MEBIBYTE = 1024 * 1024

# Times

FIRST_BACK_OFF_MS = 100
MOST_BACK_OFF_MS = 10_000
"""Back-off between attempts is not published. Ours doubles from the first to the most, without jitter: each failure in
a row of a lane, of a shard's reads or of a destination is one step, and a success begins anew."""

IDLE_POLL_MS = 250
"""Four polls a second while a shard is idle (documented). After a read that brought records, the next is at once."""

FRESH_MS = 10_000
"""A position LATEST@moment is read as LATEST this long after the moment; later from the trim horizon on, without what
is older than the moment. So what was written while nobody read is not missed."""

MOST_AGE_MS = 24 * 60 * MINUTE_MS
"""A record is given up at this age at the latest, as it is then gone from the stream (documented). It goes to the
destination as RecordAgeExceeded; without one it is not counted as dropped, unless the mapping has a maximum age."""

WINDOW_GRACE_MS = 2 * MINUTE_MS
"""How long after its end a tumbling window is held open for late records, when no later window's record closes it
(documented: up to two minutes)."""

# Sizes

MOST_RECORDS_A_READ = 1000
"""GetRecords' own limit (documented)."""

MOST_PAYLOAD_BYTES = 6 * MEBIBYTE
"""The cut of 6 MB (documented) is of the whole event as JSON in UTF-8. A single record over it is sent alone."""

MOST_STATE_BYTES = MEBIBYTE
"""A window's state (documented: 1 MB a shard), as JSON in UTF-8."""

READ_AHEAD_BYTES = 24 * MEBIBYTE
READ_AHEAD_BATCHES = 2
"""How much of a shard is held before reading waits: so many bytes, and so many batches for each lane, but at least one
read's worth. It may be over by one read. A lane that waits for its batch to fill then stops waiting."""

MOST_UNCHECKPOINTED = 100_000
"""How many records may lie between the checkpoint and the reading place: when one lane is stuck, the others go on
this far, and all of it comes again should the runner die."""

# Behaviour

SPLITS = """
Halves: the first is the larger one of an odd batch. A half is tried at once, without back-off, and no failure that led
to a split counts for the halves. An answer that names the batch's first record makes no progress: it is a failure of
the whole batch, which is split in halves too. A batch of one record cannot be split: its failures count.
"""

ATTEMPTS = """
Counted are the failures of exactly this batch since the last progress; MaximumRetryAttempts of them are forgiven.
approximateInvokeCount is their number, also of a batch given up for its age: there it may be 0, and the request id is
one made up for it.
"""

DESTINATION = """
A destination that refuses is asked again with back-off until it takes the record, or is removed from the mapping. The
lane waits for it, so that nothing given up is lost. Every batch given up has its own failure record.
"""

ANSWERS = """
Any other JSON than an object (a text, a number, a list) is a success, as is recorded for "" and []. What is no JSON, or
an object whose batchItemFailures is no list, fails the whole batch. An answer over 6 MB is an error of the function.
"""

WINDOWS = """
A window's last invocation is one of its own, without records; its answer needs no state, and it is repeated until it
succeeds (documented: processing pauses until then). A record that comes late counts to the window that is open. A state
over its limit ends the window early: a last invocation with isWindowTerminatedEarly, then the same window goes on
with an empty state. A shard with windows has one lane, as its state is one. The checkpoint waits for the window's end,
as the state is only in memory. A partial answer's state holds for the rest.
"""

SETTINGS = """
Changed settings hold from the next batch, attempt or read on; filters for what is read from then on. When the number
of lanes or the tumbling window changes, what is under way is answered first; then all other records are batched anew,
without the failures they had. A window that is open is forgotten, with its state.
"""

FUNCTION_FAILED = "PROBLEM: Function call failed"
OK = "OK"
NO_RECORDS = "No records processed"
"""LastProcessingResult. Other problems are told in the cause's own words."""
