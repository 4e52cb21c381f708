"""What touches the world: AWS clients, the ledger, the retry queues, the failures bucket, threads and time."""
