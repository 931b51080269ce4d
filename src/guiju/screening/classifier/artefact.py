# SPDX-License-Identifier: Apache-2.0
"""A trained classifier as bytes: mark, digest of the rest, header as JSON, one byte a weight.

Numbers alone, read without running anything. The digest tells damage; who made the file is for
whoever signs it to say.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from guiju.kernel import Invalid, Text
from guiju.measures import harms
from guiju.screening.classifier.calibrating import Calibration
from guiju.screening.classifier.ngrams import FEATURES, FEWEST_BITS, MOST_BITS, fold_digest

FORMAT = 1
MOST_HEADS = 64

_MARK = b"guiju classifier\n"
_DIGEST, _LENGTH = 32, 4
_LONGEST_HEADER = 1 << 20
_TOP = 127

Weights = npt.NDArray[np.int8]


class Head(NamedTuple):
    """What one label needs beside its weights.

    A weight `w` means `w * abs(w) * unit`. `triage` is the probability from which a person or a
    guard model should look.
    """

    harm: str
    unit: float
    bias: float
    calibration: Calibration
    triage: float


class Artefact(NamedTuple):
    """Heads, their weights (a row for each place, a column for each head), and what is told."""

    bits: int
    heads: tuple[Head, ...]
    weights: Weights
    about: Mapping[str, Any]


def quantised(weights: npt.NDArray[np.float64]) -> tuple[Weights, float]:
    """Weights as signed squares of one byte, finest near zero where most are, and their unit."""
    most = float(np.abs(weights).max(initial=0.0)) or 1.0
    sizes = np.rint(_TOP * np.sqrt(np.abs(weights) / most))
    return (np.sign(weights) * sizes).astype(np.int8), most / _TOP**2


def dumped(artefact: Artefact) -> bytes:
    """The bytes of the artefact; the same artefact has the same bytes."""
    header = json.dumps(_header(artefact), ensure_ascii=False, sort_keys=True, allow_nan=False)
    told = header.encode()
    body = len(told).to_bytes(_LENGTH, "big") + told + artefact.weights.tobytes()
    return _MARK + hashlib.sha256(body).digest() + body


def loaded(data: bytes) -> Artefact:
    """The artefact behind the bytes.

    Raises:
        Invalid: `classifier-broken`, or `classifier-other-version` when it needs training anew.
    """
    start = len(_MARK) + _DIGEST
    if not data.startswith(_MARK) or len(data) < start + _LENGTH:
        raise _broken("no classifier of guiju", "不是规矩的分类器文件")
    body = memoryview(data)[start:]
    if hashlib.sha256(body).digest() != data[len(_MARK) : start]:
        raise _broken("its digest does not fit", "摘要不符")
    length = int.from_bytes(body[:_LENGTH], "big")
    if length > _LONGEST_HEADER:
        raise _broken("its header is too long", "文件头过长")
    told, weights = body[_LENGTH : _LENGTH + length], body[_LENGTH + length :]
    try:
        return _artefact(json.loads(bytes(told)), weights)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _broken("its header cannot be read", "文件头无法识别") from error


def _header(artefact: Artefact) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "features": FEATURES,
        "fold": fold_digest(),
        "bits": artefact.bits,
        "heads": [_told(head) for head in artefact.heads],
        "about": dict(artefact.about),
    }


def _told(head: Head) -> dict[str, Any]:
    told = head._asdict()
    return told | {"calibration": list(head.calibration)}


def _artefact(header: Any, weights: memoryview) -> Artefact:
    _is_of_this_version(header)
    bits, about = header["bits"], header["about"]
    heads = tuple(map(_head, header["heads"]))
    if type(bits) is not int or not FEWEST_BITS <= bits <= MOST_BITS or not isinstance(about, dict):
        raise ValueError
    if not 0 < len(heads) <= MOST_HEADS or len(weights) != len(heads) << bits:
        raise ValueError
    if len({head.harm for head in heads}) != len(heads):
        raise ValueError
    table = np.frombuffer(weights, np.int8).reshape(1 << bits, len(heads))
    return Artefact(bits, heads, table, about)


def _is_of_this_version(header: Any) -> None:
    theirs = [header["format"], header["features"], header["fold"]]
    ours = [FORMAT, FEATURES, fold_digest()]
    if theirs != ours:
        raise _other_version(theirs, ours)


def _head(told: Any) -> Head:
    numbers = [told["unit"], told["bias"], told["triage"], *told["calibration"]]
    if not all(isinstance(one, float) and math.isfinite(one) for one in numbers):
        raise ValueError
    unit, bias, triage, slope, intercept = numbers
    if told["harm"] not in harms() or unit <= 0 or slope <= 0 or not 0 <= triage <= 1:
        raise ValueError
    return Head(told["harm"], unit, bias, Calibration(slope, intercept), triage)


def _broken(why: str, zh: str) -> Invalid:
    return Invalid(
        "classifier-broken",
        Text(zh=f"分类器文件不可用：{zh}。", en=f"The classifier cannot be used: {why}."),
        Text(
            zh="请换用完好的副本，或重新训练。",
            en="Take an unharmed copy, or train it again (guiju classifier train).",
        ),
        article=4,
    )


def _other_version(theirs: list[Any], ours: list[Any]) -> Invalid:
    return Invalid(
        "classifier-other-version",
        Text(
            zh=f"分类器由另一版本训练（格式、特征、折叠：{theirs}，应为 {ours}）。",
            en=f"The classifier was trained by another version (format, features, fold: {theirs}, "
            f"expected {ours}).",
        ),
        Text(
            zh="请用现在的版本重新训练。",
            en="Train it again with this version (guiju classifier train).",
        ),
        article=4,
    )
