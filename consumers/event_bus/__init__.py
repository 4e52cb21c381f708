"""The event bus: changes put on EventBridge, for whoever has a rule there."""
