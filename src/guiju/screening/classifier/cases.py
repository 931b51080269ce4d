# SPDX-License-Identifier: Apache-2.0
"""Reads texts that people have judged, and keeps some apart to calibrate and measure with.

Lines of JSON `{"text", "labels": [...], "split"?, "group"?}`, or CSV with a column `text` and a
column `labels` (harms, parted by spaces), or `label` (0 or 1) beside a harm that is named.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from guiju.kernel import Invalid, Text
from guiju.measures import harms
from guiju.screening.fold import fold

SPLITS = ("train", "dev", "test")
LONGEST_TEXT = 100_000

# Of ten unplaced texts six are learned from, two calibrate, two are measured with.
_PLACES = ("train",) * 6 + ("dev",) * 2 + ("test",) * 2


class Example(NamedTuple):
    """A text, the harms that people found in it, what it is for, and a group to count it in."""

    text: str
    labels: frozenset[str]
    split: str = ""
    group: str = ""


class Reading(NamedTuple):
    """What the columns mean: the harm of a `label` of 1, and the column that names the group."""

    harm: str | None = None
    group: str = "group"


def read_examples(name: str, data: bytes, reading: Reading) -> list[Example]:
    """The examples in a file, whose name ends with .csv or .jsonl.

    Raises:
        Invalid: `cases-unreadable`, with file and line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(name, f"byte {error.start} is not UTF-8") from error
    rows = _rows(name, text) if name.lower().endswith(".csv") else _lines(name, text)
    return [_example(where, row, reading) for where, row in rows]


def placed(examples: Iterable[Example]) -> list[Example]:
    """The examples, those without a split placed by what they say: always alike, twins together."""
    return [one if one.split else one._replace(split=_place(one.text)) for one in examples]


def _place(text: str) -> str:
    said = fold(text).text.encode("utf-8", "surrogatepass")
    return _PLACES[int.from_bytes(hashlib.sha256(said).digest()[:8], "big") % len(_PLACES)]


def _rows(name: str, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [column.strip().lower() for column in next(rows, [])]
        for row in rows:
            where = f"{name}:{rows.line_num}"
            if len(row) != len(head):
                raise _unreadable(where, f"{len(row)} columns instead of {len(head)}")
            yield where, dict(zip(head, row, strict=True))
    except csv.Error as error:
        raise _unreadable(f"{name}:{rows.line_num}", str(error)) from error


def _lines(name: str, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            row = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise _unreadable(where, "not a line of JSON") from error
        if not isinstance(row, dict):
            raise _unreadable(where, "not an object")
        yield where, row


def _example(where: str, row: Mapping[str, Any], reading: Reading) -> Example:
    text, split = row.get("text"), row.get("split") or ""
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise _unreadable(where, f'no "text" of at most {LONGEST_TEXT} characters')
    if split not in ("", *SPLITS):
        raise _unreadable(where, f'"split" is not {", ".join(SPLITS)}')
    group = row.get(reading.group.lower()) or ""
    return Example(text, _labels(where, row, reading.harm), split, str(group))


def _labels(where: str, row: Mapping[str, Any], harm: str | None) -> frozenset[str]:
    labels = row.get("labels")
    if labels is None:
        return _by_label(where, row.get("label"), harm)
    named = labels.split() if isinstance(labels, str) else labels
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise _unreadable(where, '"labels" is no list of harms')
    if unknown := sorted(set(named) - set(harms())):
        raise _unreadable(where, f"{unknown[0]!r} is no harm (A1a to A5b)")
    return frozenset(named)


def _by_label(where: str, label: object, harm: str | None) -> frozenset[str]:
    if harm is None or str(label) not in {"0", "1"}:
        raise _unreadable(where, 'neither "labels" nor a "label" of 0 or 1 with --harm')
    return frozenset({harm} if str(label) == "1" else ())


def _unreadable(where: str, why: str) -> Invalid:
    return Invalid(
        "cases-unreadable",
        Text(zh=f"无法读取 {where}：{why}。", en=f"{where} cannot be read: {why}."),
        Text(
            zh='请提供 UTF-8 的 JSONL（{"text", "labels"}）或 CSV（text 与 labels 或 label 列）。',
            en='Give UTF-8 JSONL ({"text", "labels"}) or CSV (text, and labels or label).',
        ),
    )
