"""Analysis: an SQS FIFO queue of changes, and a worker that analyses the newest into a table of its own."""
