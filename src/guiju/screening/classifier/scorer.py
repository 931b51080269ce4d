# SPDX-License-Identifier: Apache-2.0
"""Scores texts by a trained classifier: probabilities for triage, never a gate (Article 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from guiju.kernel import Invalid, Text
from guiju.screening.classifier.artefact import Artefact, loaded
from guiju.screening.classifier.calibrating import logistic
from guiju.screening.classifier.ngrams import presence
from guiju.screening.fold import Folded, fold

WINDOW = 120
STRIDE = 80
SHIPPED = "cold.classifier"

Scores = npt.NDArray[np.float64]

# Enough windows at a time that numpy's calls weigh little, few enough to stay in the cache.
_BATCH = 64


class Window(NamedTuple):
    """A part of a long text, by characters of the text as given, and what it scores."""

    start: int
    end: int
    scores: Mapping[str, float]


class Classifier:
    """Immutable, shared by all threads.

    A text longer than `WINDOW` folded characters is judged by windows that overlap, because its
    one bad sentence would drown in it, and scores what its worst window does.
    """

    def __init__(self, artefact: Artefact, digest: str) -> None:
        """Use `Classifier.load`."""
        heads = artefact.heads
        self.labels = tuple(head.harm for head in heads)
        self.thresholds: Mapping[str, float] = MappingProxyType(
            {head.harm: head.triage for head in heads}
        )
        self.about: Mapping[str, Any] = MappingProxyType(dict(artefact.about))
        self.digest = digest
        self._bits, self._weights = artefact.bits, artefact.weights
        slopes = np.array([head.calibration.slope for head in heads])
        self._factors = np.array([head.unit for head in heads]) * slopes
        biases = np.array([head.bias for head in heads]) * slopes
        self._offsets = biases + np.array([head.calibration.intercept for head in heads])

    @classmethod
    def load(cls, source: bytes | str | PathLike[str]) -> Classifier:
        """The classifier in the file, or in its bytes.

        Raises:
            Invalid: `classifier-unreadable`, `classifier-broken` or `classifier-other-version`.
        """
        data = source if isinstance(source, bytes) else _read(Path(source))
        return cls(loaded(data), hashlib.sha256(data).hexdigest())

    def score(self, text: str) -> dict[str, float]:
        """For each label the calibrated probability that the text is of it."""
        return self._named(self._worst(fold(text).text))

    def score_many(self, texts: Iterable[str]) -> list[dict[str, float]]:
        """What `score` says of each text; faster for many."""
        return [self._named(row) for row in self.table(texts)]

    def table(self, texts: Iterable[str]) -> Scores:
        """What `score_many` says, a row for each text and a column for each of `labels`."""
        cut = [(owner, one) for owner, text in enumerate(texts) for one in _cut(fold(text).text)]
        worst = np.zeros((cut[-1][0] + 1 if cut else 0, len(self.labels)))
        for at in range(0, len(cut), _BATCH):
            owners, pieces = zip(*cut[at : at + _BATCH], strict=True)
            np.maximum.at(worst, list(owners), self._probabilities(pieces))
        return worst

    def windows(self, text: str) -> Iterator[Window]:
        """The windows of the text in order, each with its scores; a short text is one window."""
        folded = fold(text)
        starts = _starts(len(folded.text))
        bounds = _source_bounds(folded)
        rows = (row for batch in self._judged(folded.text) for row in batch)
        for start, row in zip(starts, rows, strict=True):
            first, last = bounds(start, min(start + WINDOW, len(folded.text)))
            yield Window(first, last, self._named(row))

    def _worst(self, folded: str) -> Scores:
        if len(folded) <= WINDOW:
            row: Scores = self._probabilities((folded,))[0]
            return row
        worst: Scores = np.max([batch.max(axis=0) for batch in self._judged(folded)], axis=0)
        return worst

    def _judged(self, folded: str) -> Iterator[Scores]:
        pieces = iter(_cut(folded))
        while batch := tuple(islice(pieces, _BATCH)):
            yield self._probabilities(batch)

    def _probabilities(self, folded: Sequence[str]) -> Scores:
        seen = presence(folded, self._bits)
        held = self._weights[seen.places].astype(np.int32)
        # Sums of integers, so that a text scores the same in whatever company and on any machine.
        sums = np.add.reduceat(held * np.abs(held), seen.starts)
        scaled = sums * seen.scales()[:, None]
        return logistic(scaled * self._factors + self._offsets)

    def _named(self, row: Scores) -> dict[str, float]:
        return dict(zip(self.labels, row.tolist(), strict=True))


@cache
def shipped() -> Classifier:
    """The classifier that comes with the package; its model card is docs/classifier.md."""
    return Classifier.load(files(__package__).joinpath(SHIPPED).read_bytes())


def _starts(length: int) -> range | list[int]:
    if length <= WINDOW:
        return range(1)
    return [*range(0, length - WINDOW, STRIDE), length - WINDOW]


def _cut(folded: str) -> Iterator[str]:
    return (folded[start : start + WINDOW] for start in _starts(len(folded)))


def _source_bounds(folded: Folded) -> Callable[[int, int], tuple[int, int]]:
    """From bounds in the folded text to bounds in the text as given."""
    offsets, length = folded.offsets(), len(folded.source)

    def bounds(start: int, end: int) -> tuple[int, int]:
        if offsets is None:
            return start, end
        first = offsets[start] if start else 0
        return first, offsets[end - 1] + 1 if end < len(offsets) else length

    return bounds


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(
            "classifier-unreadable",
            Text(zh=f"无法读取 {path}。", en=f"{path} cannot be read: {error.strerror}."),
            Text(zh="请检查路径和权限。", en="Check its path and permissions."),
        ) from error
