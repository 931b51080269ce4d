# SPDX-License-Identifier: Apache-2.0
"""Forms with files (multipart/form-data), read within bounds and written for a model service."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from guiju.gateway.media.model import FormFile
from guiju.kernel import Invalid, Text, digest

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MOST_PARTS = 64
_MOST_FIELD = 128 * 1024  # bytes of a field that is no file
_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]{1,64}")
_KIND = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,40}")
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Form:
    """The fields of a form by name, and its files in order; a name that comes twice is a list."""

    fields: dict[str, Any] = field(default_factory=dict)
    files: list[FormFile] = field(default_factory=list)


def read_form(kind: str, raw: bytes) -> Form:
    """The form in `raw`, whose media type is `kind`.

    Raises:
        Invalid: `invalid-request`, for what is no form, and for too many or too large fields.
    """
    name, options = parse_options_header(kind)
    boundary = options.get(b"boundary", b"")
    if name != b"multipart/form-data" or not boundary:
        raise _wrong(Text(zh="应为 multipart/form-data", en="the body must be multipart/form-data"))
    reading = _Reading()
    try:
        parser = MultipartParser(boundary, reading.callbacks())
        parser.write(raw)
        parser.finalize()
    except (MultipartParseError, ValueError) as error:
        raise _wrong(Text(zh="表单无法解析", en="the form cannot be read")) from error
    if not reading.whole:
        raise _wrong(Text(zh="表单不完整", en="the form is not whole"))
    return reading.form


class _Reading:
    """Takes a form part by part, as the parser tells of it."""

    def __init__(self) -> None:
        self.form = Form()
        self.whole = False
        self._parts = 0
        self._header = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._data: list[bytes] = []

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._named,
            "on_header_value": self._valued,
            "on_header_end": self._header_end,
            "on_part_data": self._more,
            "on_part_end": self._end,
            "on_end": self._close,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise _wrong(
                Text(zh=f"字段超过 {_MOST_PARTS} 个", en=f"more than {_MOST_PARTS} fields")
            )
        self._headers, self._data = {}, []

    def _named(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _valued(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _more(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def _end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if not _NAME.fullmatch(name):
            raise _wrong(Text(zh="有字段没有名称", en="a field has no name"))
        data = b"".join(self._data)
        if b"filename" in options:
            kind = self._headers.get(b"content-type", b"").decode("latin-1").lower()
            fits = _KIND.fullmatch(kind)
            self.form.files.append(FormFile(name, kind if fits else _ANY, data))
        else:
            self._field(name, data)

    def _field(self, name: str, data: bytes) -> None:
        if len(data) > _MOST_FIELD:
            raise _wrong(Text(zh=f"{name} 过长", en=f"{name} is too long"), name)
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise _wrong(Text(zh=f"{name} 不是 UTF-8", en=f"{name} is not UTF-8"), name) from error
        if name in self.form.fields:
            raise _wrong(Text(zh=f"{name} 重复", en=f"{name} is there twice"), name)
        self.form.fields[name] = text

    def _close(self) -> None:
        self.whole = True


def written_form(fields: Mapping[str, Any], files: Sequence[FormFile]) -> tuple[str, bytes]:
    """The media type and the bytes of a form; numbers and switches are written as JSON has them."""
    boundary = f"guiju-{digest(b''.join(one.data for one in files))[:40]}"
    parts = [_field_of(boundary, name, value) for name, value in fields.items()]
    parts += [_file_of(boundary, one) for one in files]
    body = b"".join((*parts, f"--{boundary}--\r\n".encode()))
    return f"multipart/form-data; boundary={boundary}", body


def _field_of(boundary: str, name: str, value: Any) -> bytes:
    said = value.encode() if type(value) is str else _encode(value)
    head = f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n'
    return head.encode() + said + b"\r\n"


def _file_of(boundary: str, one: FormFile) -> bytes:
    ending = one.kind.partition("/")[2].partition("+")[0]
    where = f'form-data; name="{one.field}"; filename="{one.field.strip("[]")}.{ending}"'
    head = f"--{boundary}\r\ncontent-disposition: {where}\r\ncontent-type: {one.kind}\r\n\r\n"
    return head.encode() + one.data + b"\r\n"


def _wrong(what: Text, param: str | None = None) -> Invalid:
    return Invalid(
        "invalid-request",
        Text(zh=f"请求有误：{what.zh}。", en=f"The request is wrong: {what.en}."),
        Text(zh="请更正后重试。", en="Correct it and try again."),
        param=param,
    )


_ANY = "application/octet-stream"
