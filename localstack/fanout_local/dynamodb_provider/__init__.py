"""LocalStack's DynamoDB on a DynamoDB Local that runs beside it, with real TTL and tables that outlive LocalStack.

Runs inside LocalStack's process: imports nothing but LocalStack and the standard library.
"""
