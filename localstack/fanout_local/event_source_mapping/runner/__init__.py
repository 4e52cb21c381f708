"""The runner: what surrounds the pure core of the event source mapping with I/O.

`Runner` looks after all mappings of an endpoint, `MappingWorker` after one, `ShardWorker` after one shard. What they
speak with is a module each: the stream (`stream_reader`, `stream_shards`), the function (`invoker`), the on-failure
destination (`destinations`), the table of leases (`state_table`), the mappings themselves (`mapping_source`).
"""
