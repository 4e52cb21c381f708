"""LocalStack's Lambda API without its poller of DynamoDB streams: those mappings are served by our runner, outside.

Runs inside LocalStack's process: imports nothing but LocalStack, the standard library and the mapping's pure core.
"""
