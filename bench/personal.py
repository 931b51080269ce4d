# SPDX-License-Identifier: Apache-2.0
"""How much invented personal information is found, how much else is taken for it, and how fast.

A hit counts only if kind, first and last character are right. The texts are generated: real ones
are written in more ways.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

# The folder that holds the truth is known only now.
from bench.personal_truth import Case, decoys, truth  # noqa: E402 - see above

from guiju.screening import Outcome, fold  # noqa: E402 - see above
from guiju.screening.personal import CONTEXT, KINDS, Personal  # noqa: E402 - see above

EACH = 200
LENGTH = 120
SECONDS = 0.5
DELTA = 4
RESULT = ROOT / "bench" / "results" / "personal.json"
FILLER = (
    "春天来了花园里的树都长出新叶孩子们在草地上追着风筝跑远处有人唱起老歌水面很静几只鸭子慢慢游过桥下"
    "卖茶的把炉子搬到门口说今年的新茶比往年香一点我们坐下来等雨停再走也不迟因为时间还早"
)
FINDER = Personal(dict.fromkeys(KINDS, Outcome.MASK))


def spans(text: str) -> list[tuple[str, int, int]]:
    """Kind, start and end of the hits in the text as given."""
    folded = fold(text)
    offsets = folded.offsets() or range(len(text))
    return [(kind, offsets[s], offsets[e - 1] + 1) for s, e, kind, _ in FINDER.hits(folded.text)]


def counted(cases: Iterable[Case]) -> dict[str, Any]:
    """Recall by kind and form, precision by kind, false hits by what they were taken for."""
    total, right, found, false = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    taken = Counter[str]()
    for case in cases:
        form = f"{case.kind or 'decoy'}: {case.form}"
        total[form] += 1
        for kind, start, end in spans(case.text):
            found[kind] += 1
            if (kind, start, end) == (case.kind, case.start, case.end):
                right[form] += 1
            elif kind != case.kind or not (start < case.end and case.start < end):
                # Half of the thing is no false hit, but none that counts either.
                false[kind] += 1
                taken[f"{form} -> {kind}"] += 1
    forms = {form: right[form] / total[form] for form in total if not form.startswith("decoy")}
    return {
        "recall": {form: round(share, 4) for form, share in forms.items()},
        "recall_by_kind": {kind: _mean(forms, kind) for kind in KINDS},
        "precision": {kind: round(1 - false[kind] / max(found[kind], 1), 4) for kind in KINDS},
        "taken_for": dict(taken.most_common()),
        "texts": sum(total.values()),
    }


def _mean(forms: dict[str, float], kind: str) -> float:
    shares = [share for form, share in forms.items() if form.startswith(f"{kind}: ")]
    return round(sum(shares) / len(shares), 4)


def rate(texts: list[str]) -> float:
    """How many texts a second, the best of three rounds."""
    best = 0.0
    for _ in range(3):
        done, start = 0, time.thread_time()
        while time.thread_time() - start < SECONDS:
            for text in texts:
                FINDER.hits(text)
            done += len(texts)
        best = max(best, done / (time.thread_time() - start))
    return best


def held(text: str) -> tuple[int, int]:
    """Sum and number of the characters that are held back after each piece of a stream."""
    total = pieces = start = 0
    for end in range(DELTA, len(text) + 1, DELTA):
        before = max(0, start - CONTEXT)
        start = before + FINDER.hold(text[before:end], start - before)
        total += end - start
        pieces += 1
    return total, pieces


def speeds(cases: list[Case]) -> dict[str, Any]:
    """Texts of the standard length, with and without something to find."""
    chosen = cases[:: max(1, len(cases) // 400)]
    full = [fold((one.text + FILLER * 2)[:LENGTH]).text for one in chosen]
    crowded = [
        fold("；".join(one.text for one in cases[at::997])[:LENGTH]).text for at in range(97)
    ]
    nothing = [(FILLER * 3)[at : at + LENGTH] for at in range(80)]
    total, pieces = map(sum, zip(*map(held, full + nothing), strict=True))
    return {
        "texts_per_s_nothing": round(rate(nothing)),
        "texts_per_s_one": round(rate(full)),
        "texts_per_s_crowded": round(rate(crowded)),
        "held_characters": round(total / pieces, 2),
    }


def main() -> None:
    """Print the table and keep the figures."""
    true = list(truth(EACH))
    figures = {"python": platform.python_version(), **counted([*true, *decoys(EACH)])}
    figures |= speeds(true)
    for name, value in figures.items():
        if not isinstance(value, dict):
            print(f"{name:40} {value}")
            continue
        print(name)
        for key, share in value.items():
            print(f"  {key:38} {share}")
    RESULT.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
