"""The steps that are not done are done, in an order that fits, and a failure leaves nothing half-done behind."""

import io
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from installation.command import Command
from installation.failure import SetupError
from installation.layout import Layout
from installation.progress import Progress
from installation.set_up import set_up, wanted_steps
from tests.unit.installation.steps_for_tests import make_step

DEADLINE_S = 10


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """An empty checkout."""
    return Layout(checkout=tmp_path, cache=tmp_path / ".local/cache")


def note(ran: list[str], name: str, _run: Command) -> None:
    """Note that the step ran."""
    ran.append(name)


def wait_at(barrier: threading.Barrier) -> None:
    """Wait for the others."""
    barrier.wait()


def test_steps_run_after_what_they_need(layout: Layout) -> None:
    """However they are listed."""
    ran: list[str] = []
    steps = [
        make_step(layout.local, name, partial(note, ran, name), needs=needs)
        for name, needs in {"c": ["b"], "b": ["a"], "a": []}.items()
    ]
    set_up(steps, layout, Progress(io.StringIO()))
    assert ran == ["a", "b", "c"]


def test_independent_steps_run_side_by_side(layout: Layout) -> None:
    """Two steps that wait for each other both get through."""
    both = threading.Barrier(2, timeout=DEADLINE_S)
    steps = [make_step(layout.local, name, lambda _: wait_at(both)) for name in "ab"]
    set_up(steps, layout, Progress(io.StringIO()))
    assert all(step.is_done() for step in steps)


def test_a_second_set_up_does_nothing_and_says_one_line(layout: Layout) -> None:
    """A step that is done is not run again."""
    ran: list[str] = []
    steps = [make_step(layout.local, "a", lambda _: ran.append("a"))]
    set_up(steps, layout, Progress(io.StringIO()))
    told = io.StringIO()
    set_up(steps, layout, Progress(told))
    assert ran == ["a"]
    assert told.getvalue() == "Everything is set up.\n"


def test_a_failure_stops_the_other_steps_and_only_finished_ones_are_done(layout: Layout) -> None:
    """A command that would run for a minute is ended when another step fails; both are done again next time."""
    sleeping = threading.Event()

    def sleep(run: Command) -> None:
        run("sh", "-c", "echo started; exec sleep 60")

    def fail(run: Command) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not sleeping.is_set() and time.monotonic() < deadline:
            if (layout.logs / "long.log").exists() and "started" in (layout.logs / "long.log").read_text():
                sleeping.set()
        run("sh", "-c", "echo 'No space left on device' >&2; exit 3")

    first = make_step(layout.local, "first")
    long, bad = (make_step(layout.local, name, run, needs=["first"]) for name, run in (("long", sleep), ("bad", fail)))
    last = make_step(layout.local, "last", needs=["bad"])
    told = io.StringIO()
    began = time.monotonic()
    with pytest.raises(SetupError, match="the step bad: The disk is full") as error:
        set_up([first, long, bad, last], layout, Progress(told))
    assert time.monotonic() - began < DEADLINE_S
    assert error.value.log == layout.logs / "bad.log"
    assert [step.is_done() for step in (first, long, bad, last)] == [True, False, False, False]
    assert "✗ the step bad" in told.getvalue()
    assert "✗ the step long" not in told.getvalue()


def test_a_step_that_is_done_again_is_not_done_meanwhile(layout: Layout) -> None:
    """Whoever is killed in the middle of a step finds it undone."""
    lock = layout.checkout / "lock"
    lock.write_text("1")
    seen: list[bool] = []
    step = make_step(layout.local, "a", lambda _: seen.append(step.stamp.exists()), inputs=[lock])
    step.mark_done()
    lock.write_text("2")
    set_up([step], layout, Progress(io.StringIO()))
    assert seen == [False]


def test_a_cache_that_cannot_be_made_is_told_with_its_name(tmp_path: Path) -> None:
    """A file stands where the cache should be."""
    (tmp_path / "file").touch()
    layout = Layout(checkout=tmp_path, cache=tmp_path / "file/cache")
    with pytest.raises(SetupError, match="file"):
        set_up([make_step(layout.local, "a")], layout, Progress(io.StringIO()))


def test_too_little_room_is_told_before_anything_runs(layout: Layout) -> None:
    """The message names what is needed and what is there."""
    ran: list[str] = []
    step = make_step(layout.local, "a", lambda _: ran.append("a"), disk_bytes=10**18)
    with pytest.raises(SetupError, match=r"1,000,000,000,000 MB .* are free"):
        set_up([step], layout, Progress(io.StringIO()))
    assert ran == []


def test_wanted_steps_bring_what_they_need(tmp_path: Path) -> None:
    """In the order of the list, without the others."""
    steps = [make_step(tmp_path, "a"), make_step(tmp_path, "b", needs=["a"]), make_step(tmp_path, "c", needs=["b"])]
    assert [step.name for step in wanted_steps(steps, ["b"])] == ["a", "b"]
    assert [step.name for step in wanted_steps(steps, [])] == ["a", "b", "c"]


def test_an_unknown_step_is_refused_with_the_names_of_all(tmp_path: Path) -> None:
    """A person who mistypes learns the names."""
    with pytest.raises(SetupError) as error:
        wanted_steps([make_step(tmp_path, "a"), make_step(tmp_path, "b")], ["x"])
    assert error.value.remedy == "The steps are: a, b."
