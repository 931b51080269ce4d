# SPDX-License-Identifier: Apache-2.0
"""Forms as they arrive: nothing of one can be read before its token was found true."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from guiju.kernel import Invalid, Text
from guiju.web.errors import stale_form

TOKEN = "form_token"  # noqa: S105 - the name of the field, not a secret
_MOST_FIELDS = 100
_MOST_PART = 16 * 1024 * 1024
_LONGEST = 10_000
_LONGEST_NAME = 300
_DIGITS = 12


class Form:
    """The fields of a form whose token was checked."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        """Wrap what was sent."""
        self._fields = fields

    def text(self, name: str, *, longest: int = _LONGEST) -> str:
        """The field without surrounding space; empty when it was not sent.

        Raises:
            Invalid: `field-too-long`, or `field-unreadable` for what no database can keep.
        """
        found = _within(name, self._sent(name).strip(), longest)
        if any(one == "\0" or "\ud800" <= one <= "\udfff" for one in found):
            raise _unreadable(name)
        return found

    def number(self, name: str) -> int | None:
        """The field as a whole number, as a page itself has put it in; None for anything else."""
        found = self._sent(name).strip()
        plain = found.isascii() and found.isdecimal() and len(found) <= _DIGITS
        return int(found) if plain else None

    def secret(self, name: str, *, longest: int = 1_000) -> str:
        """The field exactly as typed: a password may begin with a space."""
        return _within(name, self._sent(name), longest)

    def file(self, name: str) -> bytes:
        """The bytes of an uploaded file; empty when none was chosen."""
        value = self._fields.get(name)
        return value.file.read() if isinstance(value, UploadFile) else b""

    def file_name(self, name: str) -> str:
        """The name of an uploaded file as its sender gives it; empty when none was chosen."""
        value = self._fields.get(name)
        return (value.filename or "")[:_LONGEST_NAME] if isinstance(value, UploadFile) else ""

    def _sent(self, name: str) -> str:
        value = self._fields.get(name)
        return value if isinstance(value, str) else ""


async def _read(request: Request) -> AsyncIterator[FormData]:
    """The fields until the answer is made; then uploaded files are gone from the disk too."""
    sent = request.form(max_files=4, max_fields=_MOST_FIELDS, max_part_size=_MOST_PART)
    async with sent as fields:
        yield fields


def _checked(request: Request, sent: Annotated[FormData, Depends(_read)]) -> Form:
    """The form, when its token is the one of this session; runs in a worker thread."""
    token = sent.get(TOKEN)
    expected = request.app.state.site.form_token(request)
    if not isinstance(token, str) or not expected:
        raise stale_form()
    # The browser names the encoding, and some can write halves of characters.
    if not secrets.compare_digest(token.encode(errors="replace"), expected.encode()):
        raise stale_form()
    return Form(sent)


Posted = Annotated[Form, Depends(_checked)]
"""A handler that takes `form: Posted` gets a form that one of our own pages sent."""


def _within(name: str, found: str, longest: int) -> str:
    if len(found) <= longest:
        return found
    raise Invalid(
        "field-too-long",
        Text(zh=f"{name} 过长。", en=f"{name} is too long."),
        Text(zh=f"最多 {longest} 个字符。", en=f"At most {longest} characters."),
        param=name,
    )


def _unreadable(name: str) -> Invalid:
    return Invalid(
        "field-unreadable",
        Text(
            zh=f"{name} 含有无法保存的字符。", en=f"{name} holds a character that cannot be kept."
        ),
        Text(
            zh="请删去看不见的字符，或重新手工输入。",
            en="Remove characters that cannot be seen, or type it by hand.",
        ),
        param=name,
    )
