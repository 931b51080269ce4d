# SPDX-License-Identifier: Apache-2.0
"""Trains a classifier: learns each label on its own, calibrates on dev, measures on test.

Whoever trains from reviewed cases learns from here too when they are too few to learn from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from guiju.kernel import Invalid, Text
from guiju.screening.classifier.artefact import Artefact, Head, Weights, dumped, quantised
from guiju.screening.classifier.calibrating import Calibration, calibrated
from guiju.screening.classifier.cases import SPLITS, Example, placed
from guiju.screening.classifier.measuring import EVEN, figures, share_raised, threshold
from guiju.screening.classifier.ngrams import Presence, presence
from guiju.screening.classifier.scorer import WINDOW, Classifier
from guiju.screening.classifier.solver import Learned, Settings, learn, margins
from guiju.screening.fold import fold

TRIAGE_FALSE = 0.05
FEWEST = {"train": 50, "dev": 10, "test": 10}
"""How many texts with a label, and how many without it, each split needs at least."""

Say = Callable[[str], None]

# Rounded, so that the last bit of a sum on another machine does not reach the file.
_DIGITS = 9
_EVERY = 20


class Part(NamedTuple):
    """One split: its examples and which n-grams they hold."""

    examples: Sequence[Example]
    seen: Presence


def trained(
    examples: Iterable[Example], settings: Settings, data: Sequence[dict[str, Any]], say: Say
) -> bytes:
    """The bytes of a classifier for every label among the examples, which it has been measured on.

    `data` names what the examples came from, for the card; `say` hears how it goes on.

    Raises:
        Invalid: `classifier-too-few-examples`, `classifier-learned-nothing`.
    """
    everything = placed(examples)
    labels = sorted(frozenset().union(*(one.labels for one in everything)))
    _are_enough(everything, labels)
    learner, rest = part(everything, "train", settings), part(everything, "dev", settings)
    say(f"{len(everything)} texts, {learner.seen.places.size} n-grams to learn from")
    made = [_label(label, learner, rest, settings, say) for label in labels]
    table = np.stack([weights for _, weights in made], axis=1)
    about = {"data": list(data), "settings": settings._asdict(), "splits": _splits(everything)}
    bare = Artefact(settings.bits, tuple(head for head, _ in made), table, about)
    measured = measure(Classifier(bare, ""), [one for one in everything if one.split == "test"])
    return dumped(bare._replace(about=about | {"measured": measured}))


def measure(classifier: Classifier, examples: Sequence[Example]) -> dict[str, Any]:
    """For each label its figures on the examples, and what of each group of them it raises."""
    table = classifier.table(one.text for one in examples)
    groups = sorted({one.group for one in examples if one.group})
    measured: dict[str, Any] = {}
    for column, label in enumerate(classifier.labels):
        triage, chances = classifier.thresholds[label], table[:, column]
        found = figures(chances, target(examples, label), triage)
        raised = {name: _raised(examples, chances, name, triage) for name in groups}
        measured[label] = found.as_json() | {"groups": raised}
    return measured


def _raised(
    examples: Sequence[Example], chances: npt.NDArray[np.float64], group: str, triage: float
) -> dict[str, Any]:
    among = np.array([one.group == group for one in examples])
    raised, even = (share_raised(chances[among], one) or 0.0 for one in (triage, EVEN))
    return {"texts": int(among.sum()), "raised": round(raised, 4), "even": round(even, 4)}


def _label(
    label: str, learner: Part, rest: Part, settings: Settings, say: Say
) -> tuple[Head, Weights]:
    def watch(number: int, loss: float) -> None:
        if number % _EVERY == 0:
            say(f"{label}  round {number} of at most {settings.rounds}  loss {loss:.1f}")

    learned = learn(learner.seen, target(learner.examples, label), settings, watch)
    weights, unit = quantised(learned.weights)
    unit, bias = _rounded(unit), _rounded(learned.bias)
    signed = weights.astype(np.float64)
    scores = margins(rest.seen, Learned(signed * np.abs(signed) * unit, bias))
    wanted = target(rest.examples, label)
    fitted = Calibration(*map(_rounded, calibrated(scores, wanted)))
    if fitted.slope <= 0:
        raise _learned_nothing(label)
    triage = _rounded(threshold(fitted(scores[~wanted]), TRIAGE_FALSE))
    return Head(label, unit, bias, fitted, triage), weights


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def part(examples: Sequence[Example], split: str, settings: Settings) -> Part:
    """The examples of a split; long ones as far as one window reaches."""
    those = [one for one in examples if one.split == split]
    return Part(those, presence([fold(one.text).text[:WINDOW] for one in those], settings.bits))


def target(examples: Sequence[Example], label: str) -> npt.NDArray[np.bool_]:
    """Which of them have the label."""
    return np.array([label in one.labels for one in examples], bool)


def _splits(examples: Sequence[Example]) -> dict[str, Any]:
    """How many texts each split has, and how many of them stand in the training split too."""
    known = {fold(one.text).text for one in examples if one.split == "train"}
    counted = Counter(one.split for one in examples)
    twins = Counter(one.split for one in examples if fold(one.text).text in known)
    return {
        split: {"texts": counted[split], "also_learned": 0 if split == "train" else twins[split]}
        for split in SPLITS
    }


def _are_enough(examples: Sequence[Example], labels: Sequence[str]) -> None:
    if not labels:
        raise _too_few("of any label", "任何标签", "train", 0, FEWEST["train"])
    sizes = Counter(one.split for one in examples)
    for label in labels:
        with_it = Counter(one.split for one in examples if label in one.labels)
        for split, fewest in FEWEST.items():
            if with_it[split] < fewest:
                raise _too_few(f"with {label}", f"带 {label}", split, with_it[split], fewest)
            if (without := sizes[split] - with_it[split]) < fewest:
                raise _too_few(f"without {label}", f"不带 {label}", split, without, fewest)


def _too_few(which: str, zh: str, split: str, count: int, fewest: int) -> Invalid:
    return Invalid(
        "classifier-too-few-examples",
        Text(
            zh=f"{split} 部分{zh}的样本只有 {count} 条，至少需要 {fewest} 条。",
            en=f"The {split} part holds {count} texts {which}; at least {fewest} are needed.",
        ),
        Text(
            zh="样本过少时学到的只是巧合；请先复核更多案例，未注明 split 的按 6:2:2 划分。",
            en="So few teach chance alone. Review more cases; without a split they part 6:2:2.",
        ),
        article=4,
    )


def _learned_nothing(label: str) -> Invalid:
    return Invalid(
        "classifier-learned-nothing",
        Text(
            zh=f"{label} 的得分与留出的判断无关或相反。",
            en=f"What was learned for {label} does not agree with the texts held out.",
        ),
        Text(
            zh="请检查标签是否一致，并复核更多案例。",
            en="Check that labels are given alike everywhere, and review more cases.",
        ),
        article=4,
    )
