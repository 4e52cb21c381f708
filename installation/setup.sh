#!/bin/sh
# usage: setup.sh [STEP...]   Set-up from nothing: finds or gets a Python 3.13 and hands over to it.
checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
python=$(sh "$checkout/installation/find_python.sh") || exit
unset PYTHONPATH PYTHONHOME PYTHONSAFEPATH
cd "$checkout" && exec "$python" -m installation "$@"
