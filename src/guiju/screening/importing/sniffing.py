# SPDX-License-Identifier: Apache-2.0
"""What kind of list a file is: found out from its first lines, and said so that it can be checked.

Nothing here decides silently: the manner stands in the report, and each guess has an option.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from guiju.measures import harms
from guiju.screening.importing.columns import is_header
from guiju.screening.importing.documents import holds_categories
from guiju.screening.importing.encoding import encoding_of, lines_of
from guiju.screening.importing.model import Form, Manner, Options, Source

_SAMPLE = 200
_LEAST_FOR_A_GUESS = 3
# Of a table nearly all lines have as many cells; of a list of phrases some have a comma.
_SHARE = 0.9
_SEPARATORS = ("\t", "|", ",", "，", ";", "；")
_ZIP = b"PK\x03\x04"


class _Sample(NamedTuple):
    lines: Sequence[str]
    options: Options


def manner_of(source: Source, options: Options) -> Manner:
    """How `source` is to be read.

    Raises:
        Invalid: `lexicon-unreadable`, when it is no text and no workbook.
    """
    if options.form == "xlsx" or (options.form is None and _is_workbook(source)):
        return Manner(source.name, "xlsx")
    encoding = encoding_of(source, options.encoding)
    sample = _Sample(_first_lines(source, encoding), options)
    form = options.form or _json_form(source, sample) or _text_form(sample)
    return Manner(
        source.name,
        form,
        encoding=encoding,
        separator=_separator_for(form, sample),
        base64=_is_base64(sample) if form == "lines" else bool(options.base64),
    )


def _is_workbook(source: Source) -> bool:
    source.data.seek(0)
    return source.data.read(len(_ZIP)) == _ZIP or source.name.lower().endswith(".xlsx")


def _first_lines(source: Source, encoding: str) -> list[str]:
    """Lines that could be entries, enough of them for a guess."""
    told = (line.text for line in lines_of(source, encoding) if not line.fault)
    return list(islice((text for text in told if text.strip() and not is_comment(text)), _SAMPLE))


def is_comment(text: str) -> bool:
    """Whether a line only says something about the list; `#` directly before a word is a word."""
    return text.startswith("# ") or text.strip() == "#"


def _json_form(source: Source, sample: _Sample) -> Form | None:
    if not sample.lines or sample.lines[0].lstrip()[:1] not in ("{", "["):
        return None
    first = _decoded(sample.lines[0])
    one = len(sample.lines) == 1
    if isinstance(first, dict) and not (one and holds_categories(first)):
        return "jsonl"
    if isinstance(first, list) and len(sample.lines) > 1:
        return None
    return "json" if first is not None or _is_json(source) else None


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def _is_json(source: Source) -> bool:
    """A word may begin with a bracket; a document also ends with one."""
    source.data.seek(0)
    head = source.data.read(64).decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")
    return source.name.lower().endswith(".json") or head[1:].lstrip()[:1] in ('"', "{", "[")


def _text_form(sample: _Sample) -> Form:
    if sample.options.separator is not None:
        return "table"
    if _delimiter(sample):
        return "table"
    return "tagged" if _is_tagged(sample) else "lines"


def _separator_for(form: Form, sample: _Sample) -> str:
    if form == "table":
        return sample.options.separator or _delimiter(sample) or ","
    return (sample.options.separator or " ") if form == "tagged" else ""


def _delimiter(sample: _Sample) -> str:
    """The sign that cuts nearly all lines into as many cells; a header may decide alone."""
    for sign in _SEPARATORS:
        rows = [line.split(sign) for line in sample.lines]
        if not rows:
            continue
        if len(rows[0]) > 1 and is_header(rows[0], sample.options):
            return sign
        widths = [len(row) for row in rows]
        usual = max(set(widths), key=widths.count)
        if usual > 1 and widths.count(usual) >= _SHARE * len(widths) and _is_plain(sample, sign):
            return sign
    return ""


def _is_plain(sample: _Sample, sign: str) -> bool:
    """Alternatives of a pattern are no cells."""
    marked = sum(line.startswith(sample.options.pattern_mark) for line in sample.lines)
    return sign != "|" or marked * 2 <= len(sample.lines)


def _is_tagged(sample: _Sample) -> bool:
    """`word tag1,tag2` on all lines, with tags that are known or come again and again.

    Two English words on each line are no word with a tag.
    """
    rows = [line.split() for line in sample.lines]
    if not rows or any(len(row) != 2 for row in rows):  # noqa: PLR2004 - a word and its tags
        return False
    known = set(harms()) | set(sample.options.harms)
    tags = [tag for row in rows for tag in row[1].split(sample.options.tag_separator)]
    if all(tag in known for tag in tags):
        return True
    return len(rows) >= _LEAST_FOR_A_GUESS and len(set(tags)) * 2 <= len(rows)


def _is_base64(sample: _Sample) -> bool:
    if sample.options.base64 is not None:
        return sample.options.base64
    many = len(sample.lines) >= _LEAST_FOR_A_GUESS
    return many and all(_hides_text(line.strip()) for line in sample.lines)


def _hides_text(line: str) -> bool:
    """An English word may happen to be Base64, but of nothing that one could read."""
    try:
        text = b64decode(line, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return False
    return bool(text) and text.isprintable()
