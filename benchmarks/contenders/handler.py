"""What all contenders are: a Lambda handler."""

from collections.abc import Callable, Mapping
from typing import Any

type Handler = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Takes an event, returns Lambda's answer; raises where the function fails."""

FANOUT, PLAIN, POWERTOOLS = "fanout", "plain", "powertools"
INVOCATION_S = 60.0
"""The functions' time-out."""
