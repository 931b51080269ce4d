# SPDX-License-Identifier: Apache-2.0
"""Whether two pieces of content are the same, by a keyed digest that reads as nothing. Pure.

A digest without a key would tell what a short answer said to whoever guesses it. Compared is what
was generated, without the labels that go with it: of a text its characters without blanks, since
blanks change on the way from one place to another; of a file its bytes as the model made them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from msgspec import Struct

from guiju.kernel import Mac

FEWEST = 20
"""Characters of a text that has a digest: what is shorter many say who mean another thing."""
FIRST = 16
"""Characters of the first beginning of a text by which it can be told while it is being said."""
SAME_CONTENT = "same-content"
"""The purpose of the service key."""
_HEX = 32
_CONTENT = "content"


class Part(Struct, frozen=True):
    """One piece that an exchange delivered: the number of a choice, or that in the label of a file.

    `digest` is that of `Sameness`.
    """

    place: str
    digest: str


class Sameness:
    """Digests of content under one key; all processes of an installation have the same."""

    __slots__ = ("_mac",)

    def __init__(self, key: bytes) -> None:
        """`key` is the service key for the purpose `SAME_CONTENT`."""
        self._mac = Mac(key)

    def of_text(self, text: str) -> str | None:
        """The digest of a whole text; None for one that is too short to be told from others."""
        said = plain(text)
        return None if len(said) < FEWEST else self._digest(b"text\0", _bytes(said))

    def of_bytes(self, data: bytes) -> str:
        """The digest of a file as it was made."""
        return self._digest(b"file\0", data)

    def of_start(self, start: str) -> str:
        """The digest of the beginning of a text, which is `plain` already."""
        return self._digest(b"start\0", _bytes(start))

    def starts(self, text: str) -> list[str]:
        """The digests of its beginnings of `FIRST` characters, of twice as many and so on."""
        said, found, length = plain(text), [], FIRST
        while length < len(said):
            found.append(self.of_start(said[:length]))
            length *= 2
        return found

    def _digest(self, what: bytes, data: bytes) -> str:
        return self._mac.digest(what + data).hex()[:_HEX]


def plain(text: str) -> str:
    """A text as it is compared: without blanks, each character written in one way."""
    return unicodedata.normalize("NFC", "".join(text.split()))


def spoken(channels: Mapping[str, str]) -> str:
    """What was said on the channel `content`, also where it has spoken several times.

    An earlier time stands under the name with a number behind it; see `gateway.relay`.
    """
    earlier = [name for name in channels if name.startswith(f"{_CONTENT}.")]
    if not earlier:
        return channels.get(_CONTENT, "")
    earlier.sort(key=lambda name: int(name.rpartition(".")[2]))
    return "".join(channels[name] for name in earlier) + channels.get(_CONTENT, "")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
