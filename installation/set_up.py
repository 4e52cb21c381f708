"""Doing the steps that are not done: what depends on nothing unfinished runs side by side."""

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from installation.command import Command, command_environment
from installation.disk_space import check_disk_space
from installation.failure import SetupError, explain_os_error
from installation.layout import Layout
from installation.locks import locked
from installation.progress import Ending, Progress
from installation.step import Step

PARALLEL = 4


def wanted_steps(steps: Sequence[Step], names: Sequence[str]) -> tuple[Step, ...]:
    """The steps with these names and all that they need; every step when there are no names.

    Raises SetupError for a name that is no step's.
    """
    known = {step.name: step for step in steps}
    for name in names:
        if name not in known:
            raise SetupError(f"There is no step {name!r}.", remedy=f"The steps are: {', '.join(known)}.")
    wanted: set[str] = set()
    open_names = list(names or known)
    while open_names:
        name = open_names.pop()
        if name not in wanted:
            wanted.add(name)
            open_names.extend(known[name].needs)
    return tuple(step for step in steps if step.name in wanted)


def set_up(steps: Sequence[Step], layout: Layout, progress: Progress) -> None:
    """Do those of `steps` that are not done. Raises SetupError for the first that fails; the others are stopped."""
    if all(step.is_done() for step in steps):
        progress.say("Everything is set up.")
        return
    started_at = time.monotonic()
    try:
        with locked((layout.local, layout.cache), progress.say) as locks:
            to_do = [step for step in steps if not step.is_done()]
            if not to_do:
                progress.say("Everything is set up.")
                return
            check_disk_space(to_do, layout)
            progress.say(f"Setting up in {layout.local}, downloads in {layout.cache}.")
            with progress.shown():
                _do_all(to_do, layout, progress, locks)
    except OSError as error:
        raise explain_os_error("set-up", error) from error
    progress.say(f"Set up in {time.monotonic() - started_at:.0f} s.")


def _do_all(steps: Sequence[Step], layout: Layout, progress: Progress, locks: Sequence[int]) -> None:
    environment = command_environment()
    layout.logs.mkdir(parents=True, exist_ok=True)
    commands = {
        step.name: Command(step.title, log=layout.logs / f"{step.name}.log", environment=environment, keep_open=locks)
        for step in steps
    }
    waiting = list(steps)
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(PARALLEL) as pool:
        try:
            while waiting or running:
                unfinished = {step.name for step in waiting} | set(running.values())
                for step in [step for step in waiting if unfinished.isdisjoint(step.needs)]:
                    waiting.remove(step)
                    running[pool.submit(_do, step, commands[step.name], progress)] = step.name
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    del running[future]
                    future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for command in commands.values():
                command.stop()


def _do(step: Step, command: Command, progress: Progress) -> None:
    command.log.unlink(missing_ok=True)
    progress.started(step, command)
    ending = Ending.FAILED
    try:
        step.forget()
        step.run(command)
        step.mark_done()
        ending = Ending.DONE
    except OSError as error:
        raise explain_os_error(step.title, error, command.log) from error
    finally:
        progress.ended(step, Ending.STOPPED if command.is_stopped else ending)
