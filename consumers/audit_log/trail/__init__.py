"""The audit trail read back: verified, shown, sealed. Nothing here is part of bringing changes to the log."""
