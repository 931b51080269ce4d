#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the peers that `make bench` measures against, each in an environment of its own under .bench/,
# never in ours. A peer that cannot be had is left out of the table, and said so.
set -uo pipefail
cd "$(dirname "$0")/.."

LITELLM=.bench/litellm
if [ ! -x "$LITELLM/bin/litellm" ]; then
    echo "Installing LiteLLM into $LITELLM (some 600 MB) ..."
    "${PYTHON:-python3}" -m venv "$LITELLM" &&
        "$LITELLM/bin/python" -m pip install --quiet --disable-pip-version-check 'litellm[proxy]==1.106.2' ||
        { echo "LiteLLM could not be installed; it will be missing from the table." >&2; rm -rf "$LITELLM"; }
fi
