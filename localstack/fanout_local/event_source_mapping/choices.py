"""What neither documentation nor recordings tell of Lambda's event source mapping, and what we chose. The one place."""

FIRST_BACK_OFF_MS = 100
MOST_BACK_OFF_MS = 10_000
"""Back-off between attempts is not published. Ours doubles from the first to the most, without jitter: every failure in
a row of a lane (or of reads, or of the destination) is one step, and a success begins anew."""

IDLE_POLL_MS = 250
"""About four polls a second when a shard is idle (documented). After a read that brought records the next is at once."""

MOST_RECORDS_A_READ = 1000
"""GetRecords' own limit (documented)."""

MOST_PAYLOAD_BYTES = 6 * 1024 * 1024
"""The cut of 6 MB is taken as Lambda's limit for synchronous payloads, of the whole event as JSON in UTF-8. A single
record over it is sent alone."""

READ_AHEAD_BYTES = 24 * 1024 * 1024
"""How much of a shard is held before reading waits: four full payloads. It may be over by one read. A lane that waits for
its batch to fill then stops waiting: nothing more can come."""

READ_AHEAD_BATCHES = 2
"""How many batches for each lane are read ahead, if that many bytes allow it; at least one read's worth."""

MOST_UNCHECKPOINTED = 100_000
"""How many records may lie between the checkpoint and the reading place: when one lane is stuck, the others go on this
far, and all of it comes again should the runner die."""

MOST_STATE_BYTES = 1024 * 1024
"""A window's state, as JSON in UTF-8 (documented: 1 MB a shard)."""

WINDOW_GRACE_MS = 120_000
"""How long after its end a window is held open for late records, when no later window's record closes it (documented:
up to two minutes)."""
