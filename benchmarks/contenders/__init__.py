"""Handlers of a DynamoDB stream, side by side: ours, and those that people write."""
