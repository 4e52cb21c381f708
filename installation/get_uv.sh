#!/bin/sh
# usage: get_uv.sh [PYTHON...]
# Prints the path of the uv pinned in requirements/uv.txt; installs it into the cache with the pip of one of the Pythons given
# or found, by checksum. Where no Python has pip or venv, a uv on PATH will do.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
checkout=$(dirname -- "$here")
lock=$checkout/requirements/uv.txt
version=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' "$lock")
tools=${FANOUT_CACHE:-$checkout/.local/cache}/tools
target=$tools/uv-$version
partial=$target.partial-$$

export PIP_ROOT_USER_ACTION=ignore

runs() { "$1" --version >/dev/null 2>&1; }

if runs "$target/bin/uv"; then printf '%s\n' "$target/bin/uv"; exit 0; fi
if ! mkdir -p "$tools"; then
    printf '%s\n' "Cannot write to $tools. Set FANOUT_CACHE to a folder of yours." >&2
    exit 1
fi
trap 'rm -rf "$partial"' EXIT
trap 'exit 130' INT TERM

# pip itself, else the pip that comes with a new virtual environment.
install_with() {
    set -- "$1" install --quiet --disable-pip-version-check --retries 2 --no-deps --only-binary :all: --require-hashes -r "$lock"
    python=$1; shift
    rm -rf "$partial"
    "$python" -m pip "$@" --target "$partial" && return
    rm -rf "$partial"
    "$python" -m venv "$partial" && "$partial/bin/python" -m pip "$@"
}

if [ -n "$version" ]; then
    for python in "$@" python3 /usr/bin/python3; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || continue
        # What pip says goes to the error output: its last words are the cause when nothing works.
        if install_with "$python" >&2 && runs "$partial/bin/uv"; then
            rm -rf "$target"
            mv "$partial" "$target"
            rm -rf "$target/${partial##*/}"  # another set-up was quicker: then mv has put ours inside theirs
            printf '%s\n' "$target/bin/uv"
            exit 0
        fi
    done
fi
if runs uv; then command -v uv; exit 0; fi
cat >&2 <<'TEXT'
uv, which makes the virtual environments, could not be installed: see what pip said above.
Without network: connect, and run the same command again. Without pip: install Python's venv or pip
(Debian, Ubuntu: apt install python3-venv), or uv itself, and run the same command again.
TEXT
exit 1
