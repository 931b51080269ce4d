# SPDX-License-Identifier: Apache-2.0
"""Markdown: the mapping AIGC in the YAML front matter (rule carriers.markdown.place)."""

from __future__ import annotations

import json

from guiju.labelling.containers import front_matter
from guiju.labelling.containers.errors import broken
from guiju.labelling.containers.model import Container, Contents, Medium, Words
from guiju.labelling.containers.walking import collected

_BOM = "\ufeff"


def _sniff(_head: bytes) -> bool:
    return False


def _read(data: bytes) -> Contents:
    text = _text(data)
    if text is None:
        return Contents(stopped=("unsupported:encoding",))
    return collected(front_matter.labels(text))


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _write(data: bytes, text: str) -> bytes:
    """The front matter of the file gets the label; without one, a new one at the start."""
    whole = _text(data)
    if whole is None:
        raise broken("it is not UTF-8")
    line = "\r\n" if "\r\n" in whole[:4096] else "\n"
    rows = [f"  {name}: {json.dumps(value)}" for name, value in json.loads(text).items()]
    block = line.join(("AIGC:", *rows)) + line
    found = front_matter.matter(whole)
    if found is None:
        start = len(_BOM) if whole.startswith(_BOM) else 0
        gap = line if whole[start:] and not whole.startswith(("\n", "\r\n"), start) else ""
        new = f"---{line}{block}---{line}{gap}"
        return (whole[:start] + new + whole[start:]).encode()
    spots = [(start, end) for start, _, end in front_matter.places(whole, found)]
    for start, end in reversed(spots[1:]):
        whole = whole[:start] + whole[end:]
    start, end = spots[0] if spots else (found.close, found.close)
    return (whole[:start] + block + whole[end:]).encode()


def words_of(data: bytes) -> Words:
    """What people read: the text behind the front matter."""
    text = _text(data) or ""
    found = front_matter.matter(text)
    return Words(text if found is None else text[found.end :])


def say(data: bytes, words: str, at_start: bool) -> bytes:  # noqa: FBT001 - as `Container` has it
    """The file with a paragraph of its own, in front of the text or behind it."""
    text = _text(data) or ""
    line = "\r\n" if "\r\n" in text[:4096] else "\n"
    found = front_matter.matter(text)
    at = (len(_BOM) if text.startswith(_BOM) else 0) if found is None else found.end
    if at_start:
        body = text[at:].lstrip("\r\n")
        return f"{text[:at]}{line if at else ''}{words}{line}{line}{body}".encode()
    return f"{text.rstrip()}{line}{line}{words}{line}".encode()


MARKDOWN = Container(
    "markdown",
    Medium.TEXT,
    (".md", ".markdown", ".mdown"),
    "text/markdown",
    sniff=_sniff,
    read=_read,
    write=_write,
    by_name=True,
    words=words_of,
    say=say,
)
