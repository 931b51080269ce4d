#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every part (`all`) or the fast ones (`fast`), then prints one summary with the time of each.
# The last line counts the tests of all parts; the exit status is 0 only if every part passed.
set -uo pipefail
cd "$(dirname "$0")/.."

BIN=.venv/bin
FAST_SECONDS=90 # what `make check` may take from a cold start on two cores
CLOSING_SECONDS=12 # of which so many are left for what is under way when no further test begins
LOGS=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$LOGS"' EXIT
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

beside() { # NAME COMMAND...: begins, and goes on beside what follows until `awaited`
    other=$1 other_began=$SECONDS
    shift
    echo "$SECONDS" >"$LOGS/ended"
    (
        status=0
        "$@" >"$LOGS/beside" 2>&1 || status=$?
        echo "$SECONDS" >"$LOGS/ended"
        exit "$status"
    ) &
    other_job=$!
}

awaited() { # says nothing unless what went on beside has failed; its seconds are in those of others
    local status=0
    wait "$other_job" || status=$?
    echo "== $other"
    [ "$status" = 0 ] || cat "$LOGS/beside"
    note "$other" $(($(cat "$LOGS/ended") - other_began)) "$status"
}

tests() { # NAME PYTEST ARGUMENTS...: shown as it runs, but for the closing line
    local name=$1 began=$SECONDS status=0
    shift
    echo "== $name"
    "$BIN/python" -m pytest "$@" 2>&1 |
        awk -v closing="$LOGS/closing" 'NR > 1 {print last; fflush()} {last = $0} END {print last >> closing}' ||
        status=$?
    note "$name" $((SECONDS - began)) "$status"
    return "$status"
}

counted() { # what the closing lines count, added up
    awk '{for (i = 2; i <= NF; i++) {kind = $i; sub(/,$/, "", kind); sum[kind] += $(i - 1)}}
        END {printf "tests: %d passed, %d failed, %d skipped\n",
            sum["passed"], sum["failed"] + sum["error"] + sum["errors"], sum["skipped"]}' "$LOGS/closing"
}

types() { # several workers read all anew in less time; when one is lost on a busy machine, one does it
    "$BIN/mypy" --num-workers "$(nproc)" "${sources[@]}" || "$BIN/mypy" "${sources[@]}"
}

changed() { # what differs from the branch that is followed; where nothing does, what came last
    local base
    base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || git rev-parse HEAD 2>/dev/null) || return 0
    { git diff --name-only "$base" && git ls-files --others --exclude-standard; } | grep . ||
        git diff --name-only HEAD~1 2>/dev/null
}

fast_tests() { # on all cores: these start nothing and wait for nobody; the journeys need the machine
    local chosen=(-m "not slow and not browser and not postgres" tests/unit tests/law)
    # There is not time for all of them, so what was changed comes first: see tests/nearest.py.
    GUIJU_CHECK_CHANGED=$(changed | tr '\n' ' ')
    GUIJU_CHECK_UNTIL=$(($(date +%s) - SECONDS + FAST_SECONDS - CLOSING_SECONDS))
    export GUIJU_CHECK_CHANGED GUIJU_CHECK_UNTIL
    # Assertions that tell the values cost each worker seconds, so only what failed is run with them.
    GUIJU_EXAMPLES=fast tests tests -n auto --dist load --maxschedchunk 20 --assert=plain "${chosen[@]}" || {
        unset GUIJU_CHECK_UNTIL
        echo "== what failed, once more, with the values"
        "$BIN/python" -m pytest --last-failed --last-failed-no-failures none "${chosen[@]}"
    }
}

sources=()
for folder in src tests tools bench; do
    [ ! -d "$folder" ] || sources+=("$folder")
done

beside "types (beside)" types
part "import contracts" "$BIN/lint-imports" --no-cache
part "lint" "$BIN/ruff" check "${sources[@]}" examples
part "format" "$BIN/ruff" format --check "${sources[@]}" examples
part "default install" "$BIN/python" tools/check_install.py
case ${1:-all} in
    fast)
        fast_tests
        awaited
        ;;
    *) # Most journeys wait, so several go side by side; those that measure or kill go alone.
        journeys=(--ignore=tests/unit --ignore=tests/law tests)
        tests "rooms and law" -n auto --dist worksteal --durations=10 tests/unit tests/law
        awaited
        tests "journeys" -n auto --dist loadfile --durations=20 -m "not alone" "${journeys[@]}"
        tests "journeys alone" --durations=10 -m alone "${journeys[@]}"
        ;;
esac

echo "== summary"
printf '%s\n' "${summary[@]}"
printf '  %-26s %5d s\n' "all" "$SECONDS"
[ "${1:-all}" != fast ] || [ "$SECONDS" -le "$FAST_SECONDS" ] ||
    echo "  slower than $FAST_SECONDS s: see --durations=20, or the machine is busy"
[ ! -s "$LOGS/closing" ] || counted
grep -qE '[0-9] (passed|failed)' "$LOGS/closing" 2>/dev/null || { echo "no test ran" && failed=1; }
exit "$failed"
