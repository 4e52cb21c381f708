"""The engines of the local stack: how each is started, when it is healthy, how it ends."""
