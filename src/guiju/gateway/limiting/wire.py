# SPDX-License-Identifier: Apache-2.0
"""What workers of one machine say to the authority among them: frames of a length and a message."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec

from guiju.limits import Grant, Turn

MOST_BYTES = 16 * 1024 * 1024
_LENGTH = 4
# The kernel takes no longer path for a socket; through a descriptor of its folder any is short.
_LONGEST_PATH = 100


class Hello(msgspec.Struct, frozen=True, tag="hello", array_like=True):
    """A worker begins."""

    holder: str


class Turns(msgspec.Struct, frozen=True, tag="turns", array_like=True):
    """What a worker has used and would like; answered by Grants or Sorry."""

    said: list[Turn]


class Grants(msgspec.Struct, frozen=True, tag="grants", array_like=True):
    """The answers in order."""

    given: list[Grant]


class Sorry(msgspec.Struct, frozen=True, tag="sorry", array_like=True):
    """The authority cannot answer now; nothing was booked."""


class Recall(msgspec.Struct, frozen=True, tag="recall", array_like=True):
    """Somebody is short of this."""

    subject: str


class Returned(msgspec.Struct, frozen=True, tag="returned", array_like=True):
    """Some of it was given back."""

    subject: str


class Tell(msgspec.Struct, frozen=True, tag="tell", array_like=True):
    """Something that everybody is to hear; the authority passes it on to all workers."""

    text: str


Message = Hello | Turns | Grants | Sorry | Recall | Returned | Tell

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Message).decode


def framed(message: Message) -> bytes:
    """The message as it goes over a connection."""
    body = _encode(message)
    return len(body).to_bytes(_LENGTH) + body


async def read(reader: asyncio.StreamReader) -> Message | None:
    """The next message; None at the end, and for what is none of ours."""
    try:
        length = int.from_bytes(await reader.readexactly(_LENGTH))
        if length > MOST_BYTES:
            return None
        message: Message = _decode(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, OSError, msgspec.DecodeError):
        return None
    return message


def reachable(path: Path) -> str:
    """The path of a socket in a form that is short enough for the kernel."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        return str(path)
    return f"/proc/self/fd/{_folder(path.parent)}/{path.name}"


_folders: dict[Path, int] = {}


def _folder(path: Path) -> int:
    """A descriptor of a folder, kept for good: there is one, and it is asked for often."""
    found = _folders.get(path)
    if found is None:
        found = _folders[path] = os.open(path, os.O_PATH | os.O_DIRECTORY)
    return found
