#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the virtual environment named by the first argument with nothing but python3 (PYTHON).
set -eu

PYTHON=${PYTHON:-python3}
VENV=$1

if ! command -v "$PYTHON" >/dev/null; then
    echo "$PYTHON is not installed. Remedy: apt-get install python3 python3-venv" >&2
    exit 3
fi
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$("$PYTHON" --version) is too old: guiju needs 3.11. Remedy: make PYTHON=python3.11 ..." >&2
    exit 3
fi
# Debian's python3 comes without ensurepip, and then cannot put pip into an environment.
if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing python3-venv ..."
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv \
            >/dev/null
    fi
    if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null; then
        echo "$PYTHON cannot make an environment. Remedy: sudo apt-get install python3-venv" >&2
        exit 3
    fi
fi
"$PYTHON" -m venv --clear "$VENV"
