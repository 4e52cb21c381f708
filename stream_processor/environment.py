"""Settings from environment variables: validated; an error names the variable, what it held and what it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from stream_processor.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Environment:
    """Environment variables, as one mapping that was read once.

    Every method raises `ConfigurationError` when the variable is missing without a default, or holds what it
    must not hold.
    """

    variables: Mapping[str, str]

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self.variables.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise ConfigurationError(f"{name} is not set: set this environment variable of the function")
        return default

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """Return one of `choices`."""
        value = self.text(name, default)
        if value not in choices:
            raise ConfigurationError(f"{name} is {value!r}: it takes one of {', '.join(choices)}")
        return value

    def choices(self, name: str, choices: Sequence[str]) -> list[str]:
        """Return a comma-separated selection of `choices`, at least one, none twice."""
        values = [value.strip() for value in self.text(name).split(",") if value.strip()]
        unknown = [value for value in values if value not in choices]
        if unknown or not values or len(set(values)) < len(values):
            raise ConfigurationError(
                f"{name} is {self.text(name)!r}: it takes one or more of {', '.join(choices)}, "
                "separated by commas, none twice"
            )
        return values

    def names(self, name: str, default: Sequence[str]) -> tuple[str, ...]:
        """Return a comma-separated list, at least one, none twice."""
        values = tuple(value.strip() for value in self.text(name, ",".join(default)).split(",") if value.strip())
        if not values or len(set(values)) < len(values):
            raise ConfigurationError(
                f"{name} is {self.text(name)!r}: it takes one or more names, separated by commas, none twice"
            )
        return values

    def seconds(self, name: str, *, default_s: float, least_s: float, most_s: float) -> float:
        """Return a number of seconds from `least_s` to `most_s`."""
        value = self.text(name, str(default_s))
        try:
            seconds = float(value)
        except ValueError:
            seconds = float("nan")
        if not least_s <= seconds <= most_s:
            raise ConfigurationError(f"{name} is {value!r}: it takes seconds from {least_s:g} to {most_s:g}")
        return seconds

    def url(self, name: str) -> str:
        """Return an http or https URL without a slash at its end."""
        value = self.text(name)
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(f"{name} is {value!r}: it takes a URL such as https://host or http://host:port")
        return value.rstrip("/")
