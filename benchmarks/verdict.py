"""What a benchmark found: tables for people, and one line of JSON for programs."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import Figure

BAR_CHARACTERS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a number should be.

    Attributes:
        most: the number must not be above it; None where it must not be below `least`.

    """

    most: float | None = None
    least: float | None = None

    def met(self, number: float) -> bool:
        """Return whether `number` keeps the goal."""
        return (self.most is None or number <= self.most) and (self.least is None or number >= self.least)

    def __str__(self) -> str:
        """Return the goal in words."""
        return f"at most {self.most:g}" if self.most is not None else f"at least {self.least:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of one benchmark.

    Attributes:
        unit: what one unit of work is, in words.
        figures: case -> contender -> times per unit of work.
        observed: what was counted or weighed, its unit in its name -> contender -> number.
        ratios: what was compared -> ratio of the medians.
        goals: for some of `ratios`, by name, and of `observed`, by "what: contender".

    """

    name: str
    question: str
    unit: str = ""
    figures: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    observed: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ratios: Mapping[str, float] = field(default_factory=dict)
    goals: Mapping[str, Goal] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        """Whether every goal is kept."""
        numbers = self.numbers
        return all(goal.met(numbers[name]) for name, goal in self.goals.items())

    @property
    def numbers(self) -> Mapping[str, float]:
        """What a goal may be about, by name."""
        counted = {f"{what}: {name}": n for what, by_name in self.observed.items() for name, n in by_name.items()}
        return {**counted, **self.ratios}

    def show(self, console: Console) -> None:
        """Print the tables, what the goals are about, and as the last line the JSON."""
        console.print(f"[bold]{self.name}[/]: {self.question}\n")
        for case, contenders in self.figures.items():
            console.print(_bars(case, self.unit, contenders))
        if self.observed:
            console.print(_counts(self.observed))
        for name in dict.fromkeys([*self.ratios, *self.goals]):
            number, goal = self.numbers[name], self.goals.get(name)
            verdict = "" if goal is None else f"  goal {goal}: {'met' if goal.met(number) else 'NOT MET'}"
            console.print(f"  {name}: {_short(number)}{verdict}", highlight=False, soft_wrap=True)
        print(json.dumps(self.as_json()))

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for `json.dumps`."""
        return {
            "name": self.name,
            "machine": machine(),
            "figures": {
                case: {
                    name: {"median_us": _us(f.median_s), "least_us": _us(f.least_s), "most_us": _us(f.most_s)}
                    for name, f in contenders.items()
                }
                for case, contenders in self.figures.items()
            },
            "observed": self.observed,
            "ratios": {name: round(ratio, 3) for name, ratio in self.ratios.items()},
            "goals": {name: str(goal) for name, goal in self.goals.items()},
            "met": self.met,
        }


def machine() -> dict[str, object]:
    """Return the size of this machine, for the reader of a figure."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory_bytes / 2**30, 1),
        "system": platform.system(),
        "processor": platform.machine(),
        "python": platform.python_version(),
    }


def _bars(case: str, unit: str, contenders: Mapping[str, Figure]) -> Table:
    longest_s = max(figure.median_s for figure in contenders.values())
    scale, symbol = (1e3, "ms") if longest_s >= 0.1 else (1e6, "µs")
    table = Table(title=case, title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    table.add_column(f"{symbol} a {unit}", justify="right")
    table.add_column("least to most")
    table.add_column("")
    for name, figure in sorted(contenders.items(), key=lambda item: item[1].median_s):
        median, least, most = (f"{t * scale:,.4g}" for t in (figure.median_s, figure.least_s, figure.most_s))
        bar = "█" * max(1, round(BAR_CHARACTERS * figure.median_s / longest_s))
        table.add_row(name, median, f"{least} to {most}", bar)
    return table


def _counts(observed: Mapping[str, Mapping[str, float]]) -> Table:
    contenders = list(dict.fromkeys(name for by_name in observed.values() for name in by_name))
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for name in contenders:
        table.add_column(name, justify="right")
    for what, by_name in observed.items():
        table.add_row(what, *(_short(by_name[name]) if name in by_name else "" for name in contenders))
    return table


def _short(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,.2f}"


def _us(seconds_s: float) -> float:
    return float(f"{seconds_s * 1e6:.3g}")
