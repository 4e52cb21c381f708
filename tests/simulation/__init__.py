"""The simulator: the real core in virtual time, between faults, judged by an oracle that knows nothing of it."""
