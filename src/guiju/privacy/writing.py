# SPDX-License-Identifier: Apache-2.0
"""The book that a person gets: an index to read it by, pages, and the same as JSON lines.

Sections are written in parts, so that memory holds one part of each and not a life's worth.
"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import IO, Any, Protocol, cast  # noqa: TID251 - a writer stands in for a file

import msgspec

from guiju.kernel import Text
from guiju.storage import PersonStore, Piece

_PART = 4 * 2**20
_SAID = ("input", "output")
_encode = msgspec.json.Encoder(order="sorted").encode
_WORDS = frozenset({"content", "text", "prompt", "input", "refusal", "words", "transcript"})
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "article{border-top:1px solid #bbb;padding:1rem 0}pre{white-space:pre-wrap;background:#f4f4f4;"
    "padding:.6rem;overflow-wrap:anywhere}dt{font-weight:600}table{border-collapse:collapse}"
    "td,th{border:1px solid #bbb;padding:.3rem .6rem;text-align:left}"
)


class Sink(Protocol):
    """Where the bytes go."""

    size: int

    def write(self, data: bytes) -> int:
        """Take them."""
        ...


@dataclass
class _Section:
    """One section under way."""

    text: Text
    lines: list[bytes] = field(default_factory=list)
    articles: list[str] = field(default_factory=list)
    held: int = 0
    count: int = 0
    parts: list[str] = field(default_factory=list)


class Book:
    """Writes a zip to a sink, piece by piece."""

    def __init__(self, sink: Sink, number: str, language: str, most: int) -> None:
        """`number` of the request; files that would lead beyond `most` bytes are left out."""
        self._sink, self._number, self._language, self._most = sink, number, language, most
        self._zip = zipfile.ZipFile(
            cast("IO[bytes]", sink), "w", zipfile.ZIP_DEFLATED, compresslevel=1
        )
        self._sections: dict[str, _Section] = {}
        self._left: list[str] = []
        self._files: dict[str, int] = defaultdict(int)

    def add(self, store: PersonStore, piece: Piece) -> None:
        """Put one thing in."""
        section = self._sections.setdefault(piece.section, _Section(store.text))
        values = dict(piece.values)
        if piece.data is not None:
            if self._sink.size + len(piece.data) > self._most:
                self._left.append(piece.name)
                values["left_out"] = True
            else:
                values["file"] = f"files/{piece.name}"
                self._zip.writestr(zipfile.ZipInfo(f"files/{piece.name}"), piece.data)
        line = _encode(values)
        section.lines.append(line)
        section.articles.append(_article(values))
        section.held += len(line)
        section.count += 1
        if section.held > _PART:
            self._write(piece.section, section)

    def close(self) -> None:
        """Write what is left, and the index."""
        for name, section in self._sections.items():
            if section.lines:
                self._write(name, section)
        self._zip.writestr("index.json", _encode(self._contents()))
        self._zip.writestr("index.html", self._index())
        self._zip.close()

    def _write(self, name: str, section: _Section) -> None:
        part = f"{name}-{len(section.parts) + 1:04}"
        self._zip.writestr(f"data/{part}.jsonl", b"\n".join(section.lines) + b"\n")
        self._zip.writestr(f"pages/{part}.html", self._page(name, section.articles))
        section.parts.append(part)
        section.lines, section.articles, section.held = [], [], 0

    def _contents(self) -> dict[str, Any]:
        return {
            "schema": "guiju-copy/1",
            "request": self._number,
            "sections": {
                name: {"count": one.count, "data": [f"data/{part}.jsonl" for part in one.parts]}
                for name, one in self._sections.items()
            },
            "left_out": self._left,
        }

    def _say(self, zh: str, en: str) -> str:
        return zh if self._language == "zh" else en

    def _index(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(one.text.to(self._tongue))} · {escape(name)}</td>"
            f"<td>{one.count}</td><td>{_links(one.parts)}</td></tr>"
            for name, one in self._sections.items()
        )
        left = ""
        if self._left:
            said = self._say("过大未收入的文件：", "Left out, as the copy would be too large: ")
            left = f"<p>{said}{escape(', '.join(self._left))}</p>"
        title = self._say("我的个人信息副本", "A copy of my personal information")
        head = self._say(
            f"请求 {self._number}。每部分有网页和 JSON 两种形式。",
            f"Request {self._number}. Each part is there as a page and as JSON lines.",
        )
        what, many, parts = (
            self._say(zh, en)
            for zh, en in (("内容", "What"), ("条数", "Number"), ("文件", "Files"))
        )
        return self._html(
            title,
            f"<h1>{title}</h1><p>{escape(head)}</p><table><thead><tr><th>{what}</th><th>{many}</th>"
            f"<th>{parts}</th></tr></thead><tbody>{rows}</tbody></table>{left}",
        )

    @property
    def _tongue(self) -> Any:
        return "zh" if self._language == "zh" else "en"

    def _page(self, name: str, articles: list[str]) -> str:
        body = "".join(articles)
        back = self._say("返回目录", "Back to the index")
        return self._html(
            name, f'<p><a href="../index.html">{back}</a></p><h1>{escape(name)}</h1>{body}'
        )

    def _html(self, title: str, body: str) -> str:
        return (
            f'<!doctype html><html lang="{self._tongue}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
            f"<style>{_STYLE}</style></head><body>{body}</body></html>"
        )


def _article(values: dict[str, Any]) -> str:
    said = "".join(f"<pre>{escape(words)}</pre>" for words in _words(values))
    plain = [(name, one) for name, one in values.items() if name not in _SAID]
    pairs = "".join([f"{_name(name)}<dd>{_value(one)}</dd>" for name, one in plain])
    return f"<article>{said}<dl>{pairs}</dl></article>"


@lru_cache(maxsize=256)
def _name(name: str) -> str:
    """The names of what is kept are few, and stand on each page thousands of times."""
    return f"<dt>{escape(name)}</dt>"


def _links(parts: list[str]) -> str:
    return "<br>".join(
        f'<a href="pages/{one}.html">{one}</a> · <a href="data/{one}.jsonl">JSON</a>'
        for one in parts
    )


def _words(values: dict[str, Any]) -> Iterator[str]:
    """What was said to the model and by it, out of a record."""
    for side in _SAID:
        yield from _said(values.get(side))


def _said(value: Any, *, named: bool = False) -> Iterator[str]:
    if isinstance(value, str):
        if named and value:
            yield value
    elif isinstance(value, list):
        for one in value:
            yield from _said(one, named=named)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _said(one, named=name in _WORDS)


def _value(one: Any) -> str:
    if isinstance(one, str):
        return escape(one)
    return f"<pre>{escape(msgspec.json.encode(one).decode())}</pre>"
