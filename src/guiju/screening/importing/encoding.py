# SPDX-License-Identifier: Apache-2.0
"""In which encoding a list is written, and its lines, each of bounded length.

UTF-8 and GB18030 never hold the byte of a line end inside a character, so a damaged line is
turned down alone and the lines around it stay whole.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

from guiju.kernel import Text
from guiju.screening.importing.model import LONGEST_LINE, Line, Source, unreadable

_CHUNK = 1 << 20
_HEAD = 4_096
_DAMAGED = "\ufffd"
_MARKS = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A list in UTF-16 has a line end, if nothing else in ASCII, for each so many bytes.
_SOME = 100
_SAVE = Text(
    zh="请另存为 UTF-8 文本，或用 --encoding 指明编码。",
    en="Save it as UTF-8 text, or name the encoding with --encoding.",
)


def encoding_of(source: Source, said: str | None = None) -> str:
    """The codec of the file: as `said`, else by its mark, else by what its bytes can be.

    Raises:
        Invalid: `lexicon-unreadable`, when no encoding of text fits or the one said is unknown.
    """
    source.data.seek(0)
    head = source.data.read(_HEAD)
    if said is not None:
        return _known(source, said, head)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked == "":
        raise unreadable(source.name, "是 UTF-32 编码", "is UTF-32", _SAVE)
    if marked is not None:
        return marked
    return _unmarked_wide(source, head) if b"\0" in head else _narrow(source.data)


def lines_of(source: Source, encoding: str) -> Iterator[Line]:
    """The lines from the first on, without their ends."""
    source.data.seek(0)
    reader = io.TextIOWrapper(source.data, encoding, errors="replace", newline=None)
    try:
        number = 0
        while text := reader.readline(LONGEST_LINE + 1):
            number += 1
            yield _line(reader, number, text, encoding)
    finally:
        # The file belongs to who opened it.
        reader.detach()


def _line(reader: io.TextIOWrapper, number: int, text: str, encoding: str) -> Line:
    if len(text) > LONGEST_LINE and not text.endswith("\n"):
        while (rest := reader.readline(LONGEST_LINE)) and not rest.endswith("\n"):
            pass
        return Line(number, "", _too_long())
    if _DAMAGED in text:
        return Line(number, "", _damaged(encoding))
    return Line(number, text.removesuffix("\n"))


def _too_long() -> Text:
    return Text(zh=f"超过 {LONGEST_LINE} 个字符", en=f"it is longer than {LONGEST_LINE} characters")


def _damaged(encoding: str) -> Text:
    name = encoding.removesuffix("-sig").upper()
    return Text(zh=f"含有不是 {name} 的字节", en=f"it holds bytes that are not {name}")


def _known(source: Source, said: str, head: bytes) -> str:
    try:
        name = codecs.lookup(said).name
        "".encode(name)
    except (LookupError, ValueError):
        zh, en = f"没有编码 {said[:40]!r}", f"there is no encoding {said[:40]!r}"
        remedy = Text(zh="例如 utf-8 或 gb18030。", en="For example utf-8 or gb18030.")
        raise unreadable(source.name, zh, en, remedy) from None
    return "utf-8-sig" if name == "utf-8" and head.startswith(codecs.BOM_UTF8) else name


def _unmarked_wide(source: Source, head: bytes) -> str:
    """UTF-16 without its mark shows by which half of each ASCII character is zero."""
    zeros = head[0::2].count(0), head[1::2].count(0)
    if max(zeros) > 4 * min(zeros) and max(zeros) * _SOME >= len(head):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    raise unreadable(source.name, "不是文本文件", "is not a file of text", _SAVE)


def _narrow(data: BinaryIO) -> str:
    if _is_utf8(data):
        return "utf-8"
    sound = damaged = 0
    data.seek(0)
    while line := data.readline(LONGEST_LINE):
        if not line.isascii():
            fits = _fits(line, "utf-8")
            sound += fits
            damaged += not fits and _fits(line, "gb18030")
    # A word in GB18030 hardly ever happens to be UTF-8.
    return "utf-8" if sound > damaged else "gb18030"


def _is_utf8(data: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    data.seek(0)
    try:
        while chunk := data.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
