#!/bin/sh
# Makes a virtual environment in $1 with the first Python that is new enough; says what to do when there is none.
# One that is there already and works is kept: somebody may be using it.
set -eu

new_enough="import sys; sys.version_info >= (3, 11) or sys.exit(1)"
if "$1/bin/python" -c "$new_enough; import pip" 2>/dev/null; then
    exit 0
fi
for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c "$new_enough" 2>/dev/null; then
        echo "using $("$python" --version) ($(command -v "$python"))"
        if "$python" -m venv --clear "$1"; then
            exit 0
        fi
        echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
done
echo "Python 3.11 or newer is needed and was not found on the PATH." >&2
echo "Install it, or say where it is: make PYTHON=/path/to/python3.12 …" >&2
exit 1
