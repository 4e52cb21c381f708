"""Runs LocalStack's Lambda functions as processes of the real runtime client, without Docker.

Loaded by LocalStack inside its own virtual environment: only the standard library, LocalStack and this
package may be imported here.
"""
