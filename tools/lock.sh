#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Locks the dependencies with their hashes, for every platform that guiju runs on.
# The lock names no address: whoever installs uses the index that their own pip is set up with.
# Versions that stand in the lock stay, unless `--upgrade` (or `--upgrade-package NAME`) is given.
set -euo pipefail
cd "$(dirname "$0")/.."

UV=${UV:-.venv/bin/uv}

lock() { # OUTPUT INPUT...
    local output=$1
    shift
    "$UV" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        --output-file "$output" "$@"
}

lock requirements/base.txt pyproject.toml "$@"
lock requirements/build.txt requirements/build.in "$@"
# The tests run against exactly what is installed: the first two bind the third.
lock requirements/test.txt pyproject.toml requirements/test.in --extra postgres --extra media --extra eu \
    --constraint requirements/base.txt --constraint requirements/build.txt "$@"

if grep -nE '^-|://|@ ' requirements/*.txt; then
    echo "a lock file names an address or an option: see the lines above" >&2
    exit 1
fi
