"""Lambda's event source mapping for DynamoDB Streams, outside LocalStack.

The core is pure: `Shard` (one shard's state machine), `lineage` (which shards may be read), `leases` (who reads
them), and the values they speak in (`settings`, `happenings`, `commands`, `position`). Time goes in with every
happening, as milliseconds since 1970; what must be done comes out as commands. What surrounds it does the I/O.

What Lambda does is taken from its documentation and from recordings; where neither tells, `choices` does.
"""
