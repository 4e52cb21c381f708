"""The stream-triggered function: decode a batch of stream records, fan it out, settle it."""
