# SPDX-License-Identifier: Apache-2.0
"""Walking through bytes that may lie: every step is counted and none leads outside (Article 4)."""

from __future__ import annotations

from typing import Literal, NamedTuple

from guiju.kernel import Invalid, Text
from guiju.screening.images.sniff import Kind

Order = Literal["big", "little"]


class Header(NamedTuple):
    """What a file says of its picture; of frames that differ, the largest width and height."""

    kind: Kind
    width: int
    height: int
    frames: int = 1
    passes: int = 1

    @property
    def pixels(self) -> int:
        """The pixels of one frame."""
        return self.width * self.height


class Walk:
    """The bytes of one file and how many steps through them are left."""

    def __init__(self, data: bytes, steps: int) -> None:
        """Allow that many steps."""
        self.data = data
        self._left = steps

    def step(self) -> None:
        """Count one.

        Raises:
            Invalid: `image-bomb`, when there were too many.
        """
        self._left -= 1
        if self._left < 0:
            raise bomb("too many parts")

    def take(self, at: int, size: int) -> bytes:
        """`size` bytes from `at`.

        Raises:
            Invalid: `image-broken`, when the file ends before.
        """
        piece = self.data[at : at + size]
        if len(piece) < size or at < 0:
            raise broken(f"it ends before byte {at + size}")
        return piece

    def number(self, at: int, size: int, order: Order) -> int:
        """The unsigned number of `size` bytes at `at`."""
        return int.from_bytes(self.take(at, size), order)


def broken(why: str) -> Invalid:
    """The error for a file that is not what its first bytes say."""
    return Invalid(
        "image-broken",
        Text(zh=f"图片已损坏：{why}。", en=f"The picture is damaged: {why}."),
        Text(zh="请重新导出后再提交。", en="Export it anew and send that."),
        article=4,
    )


def bomb(why: str) -> Invalid:
    """The error for a file that is small to send and dear to look into."""
    return Invalid(
        "image-bomb",
        Text(zh=f"图片解码代价过高：{why}。", en=f"The picture is too dear to decode: {why}."),
        Text(zh="请以普通设置重新导出。", en="Export it anew with ordinary settings."),
        article=4,
    )
