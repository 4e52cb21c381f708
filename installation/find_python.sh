#!/bin/sh
# Prints the path of a Python 3.13. PYTHON=/path names one; where the machine has none, uv fetches one into the cache.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
checkout=$(dirname -- "$here")
cache=${FANOUT_CACHE:-$checkout/.local/cache}
remembered=$checkout/.local/python

# Prints the interpreter behind $1 when it is one that we can use. It is run to find out: a shim of pyenv exists, and
# fails, for every version that is installed but not selected. An active virtual environment is looked through.
usable() {
    "$1" -I -c '
import sys
ok = sys.version_info[:2] == (3, 13) and sys.implementation.name == "cpython" and "t" not in sys.abiflags
if ok:
    import ctypes, ssl, zlib
    print(sys._base_executable)
sys.exit(not ok)' 2>/dev/null </dev/null
}

found() {
    mkdir -p "$checkout/.local" 2>/dev/null && printf '%s\n' "$1" 2>/dev/null >"$remembered.$$" && mv -f "$remembered.$$" "$remembered"
    printf '%s\n' "$1"
    exit 0
}

try() {
    for candidate in "$@"; do
        if [ -x "$candidate" ] && python=$(usable "$candidate"); then found "$python"; fi
    done
}

if [ -n "${PYTHON:-}" ]; then
    if python=$(usable "$PYTHON"); then found "$python"; fi
    printf '%s\n' "PYTHON=$PYTHON is not a Python 3.13 that runs (64-bit CPython with ssl, zlib and ctypes)." \
        "Name another, or leave PYTHON out: then one is looked for." >&2
    exit 1
fi

if [ -r "$remembered" ]; then
    read -r python <"$remembered"
    if [ -x "$python" ] && "$python" -I -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
        printf '%s\n' "$python"
        exit 0
    fi
fi

# PATH; a folder of shims stands for the versions beside it (pyenv; asdf and mise).
IFS=:
for folder in $PATH; do
    unset IFS
    try "$folder/python3.13" "$folder/python3" "$folder/python"
    case $folder in */shims)
        try "${folder%/shims}"/versions/3.13*/bin/python3.13 "${folder%/shims}"/installs/python/3.13*/bin/python3.13 ;;
    esac
done
unset IFS

# HOME may have been set to another folder than the account's own.
eval "account_home=~$(id -un)"
for home in "${HOME:-$account_home}" "$account_home"; do
    try "${PYENV_ROOT:-$home/.pyenv}"/versions/3.13*/bin/python3.13 \
        "${UV_PYTHON_INSTALL_DIR:-$home/.local/share/uv/python}"/cpython-3.13*/bin/python3.13 \
        "$home"/.local/share/mise/installs/python/3.13*/bin/python3.13 "$home"/.asdf/installs/python/3.13*/bin/python3.13
done
try /usr/local/bin/python3.13 /usr/bin/python3.13 /opt/homebrew/bin/python3.13 /opt/python/cp313-cp313/bin/python3.13 \
    /Library/Frameworks/Python.framework/Versions/3.13/bin/python3.13 "$cache"/python/cpython-3.13*/bin/python3.13

printf '%s\n' "No Python 3.13 on this machine: fetching one with uv." >&2
if uv=$(sh "$here/get_uv.sh"); then
    export UV_PYTHON_INSTALL_DIR="$cache/python" UV_CACHE_DIR="$cache/uv" UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
    if "$uv" python install --no-bin --no-config 3.13 >&2; then
        try "$cache"/python/cpython-3.13*/bin/python3.13
    fi
    printf '%s\n' "uv could not fetch a Python 3.13 (see above): is there a network, and room in $cache?" >&2
fi
cat >&2 <<'TEXT'
Fanout needs Python 3.13. Do one of these, and run the same command again:
  install it    for example: pyenv install 3.13 | uv python install 3.13 | brew install python@3.13
  name yours    add PYTHON=/path/to/python3.13 to the command
TEXT
exit 1
