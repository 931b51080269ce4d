#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every part (`all`) or the fast ones (`fast`), then prints one summary with the time of each.
# The last line is pytest's own closing line; the exit status is 0 only if every part passed.
set -uo pipefail
cd "$(dirname "$0")/.."

BIN=.venv/bin
FAST_SECONDS=90 # what `make check` may take from a cold start on two cores
LOGS=$(mktemp -d)
trap 'rm -rf "$LOGS"' EXIT
summary=()
failed=0

note() { # NAME SECONDS STATUS
    local verdict=passed
    [ "$3" = 0 ] || { verdict=FAILED failed=1; }
    summary+=("$(printf '  %-18s %-7s %5d s' "$1" "$verdict" "$2")")
}

part() { # NAME COMMAND...: says nothing unless it fails
    local name=$1 began=$SECONDS status=0
    shift
    echo "== $name"
    "$@" >"$LOGS/part" 2>&1 || status=$?
    [ "$status" = 0 ] || cat "$LOGS/part"
    note "$name" $((SECONDS - began)) "$status"
}

tests() { # PYTEST ARGUMENTS...: shown as it runs, but for the closing line
    local began=$SECONDS status=0
    echo "== tests"
    "$BIN/python" -m pytest "$@" 2>&1 |
        awk -v closing="$LOGS/closing" 'NR > 1 {print last; fflush()} {last = $0} END {print last > closing}' ||
        status=$?
    note tests $((SECONDS - began)) "$status"
    return "$status"
}

fast_tests() { # on all cores: these start nothing and wait for nobody; the journeys need the machine
    local chosen=(-m "not slow and not browser and not postgres" tests/unit tests/law)
    # Assertions that tell the values cost each worker seconds, so only what failed is run with them.
    GUIJU_EXAMPLES=fast tests -n auto --dist worksteal --assert=plain "${chosen[@]}" || {
        echo "== what failed, once more, with the values"
        "$BIN/python" -m pytest --last-failed --last-failed-no-failures none "${chosen[@]}"
    }
}

sources=()
for folder in src tests tools bench; do
    [ ! -d "$folder" ] || sources+=("$folder")
done

part "import contracts" "$BIN/lint-imports" --no-cache
part "lint" "$BIN/ruff" check "${sources[@]}" examples
part "format" "$BIN/ruff" format --check "${sources[@]}" examples
part "types" "$BIN/mypy" "${sources[@]}"
part "default install" "$BIN/python" tools/check_install.py
case ${1:-all} in
    fast) fast_tests ;;
    *) tests --durations=10 ;;
esac

echo "== summary"
printf '%s\n' "${summary[@]}"
printf '  %-26s %5d s\n' "all" "$SECONDS"
[ "${1:-all}" != fast ] || [ "$SECONDS" -le "$FAST_SECONDS" ] ||
    echo "  slower than $FAST_SECONDS s: see --durations=20, or the machine is busy"
cat "$LOGS/closing" 2>/dev/null || echo "no test ran"
exit "$failed"
