"""The settings of the stream function and the retry worker. Consumers read their own from the same environment."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stream_processor.environment import Environment
from stream_processor.errors import ConfigurationError
from stream_processor.projection import Projection

LONGEST_S = 900.0
"""The longest time-out a Lambda function can have (AWS Lambda Developer Guide, "Quotas")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings, validated.

    Attributes:
        consumers: names from the registry.
        retry_queue_urls: by consumer.
        patience_s: the most seconds of an invocation that a consumer may use.
        reserve_s: seconds of an invocation kept back to put away, record and settle.
        projections: of the consumers that may not see everything, by name.

    """

    stage: str
    consumers: Sequence[str]
    ledger_table: str
    failures_bucket: str
    retry_queue_urls: Mapping[str, str]
    patience_s: float
    reserve_s: float
    projections: Mapping[str, Projection]

    @staticmethod
    def read(environment: Environment, registry: Sequence[str]) -> "Settings":
        """Read the settings; `registry` has the names of the consumers that exist.

        Raises:
            ConfigurationError: naming the variable, what it holds and what it takes.

        """
        consumers = environment.choices("FANOUT_CONSUMERS", registry)
        return Settings(
            stage=environment.text("FANOUT_STAGE"),
            consumers=consumers,
            ledger_table=environment.text("FANOUT_LEDGER_TABLE"),
            failures_bucket=environment.text("FANOUT_FAILURES_BUCKET"),
            retry_queue_urls={name: environment.url(f"FANOUT_RETRY_QUEUE_URL_{name.upper()}") for name in consumers},
            patience_s=environment.seconds("FANOUT_PATIENCE_S", default_s=8, least_s=0.1, most_s=LONGEST_S),
            reserve_s=environment.seconds("FANOUT_RESERVE_S", default_s=4, least_s=0.1, most_s=LONGEST_S),
            projections={
                name: read_projection(environment, variable)
                for name in consumers
                if (variable := f"FANOUT_PROJECTION_{name.upper()}") in environment.variables
            },
        )


def read_projection(environment: Environment, variable: str) -> Projection:
    """Read a projection: JSON such as ``{"include": ["title"]}`` or ``{"exclude": ["body"], "mask": ["email"]}``.

    Raises:
        ConfigurationError: naming the variable, what it holds and what it takes.

    """
    text = environment.text(variable, "{}")
    takes = 'it takes JSON with lists of attribute names, such as {"exclude": ["body"], "mask": ["email"]}'
    try:
        choices = json.loads(text)
    except ValueError:
        raise ConfigurationError(f"{variable} is {text!r}: {takes}") from None
    if not isinstance(choices, dict) or not choices.keys() <= {"include", "exclude", "mask"}:
        raise ConfigurationError(f"{variable} is {text!r}: {takes}")
    for names in choices.values():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ConfigurationError(f"{variable} is {text!r}: {takes}")
    return Projection(
        include=frozenset(choices["include"]) if "include" in choices else None,
        exclude=frozenset(choices.get("exclude", ())),
        mask=frozenset(choices.get("mask", ())),
    )
