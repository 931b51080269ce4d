# SPDX-License-Identifier: Apache-2.0
"""Samples as numbers from -1 to 1, and how files and interfaces write them (Article 12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from guiju.kernel import Invalid, Text

Samples = NDArray[np.float64]
"""One row for each moment, one column for each channel; mono has one column."""

Coding = Literal["u8", "s16", "s24", "s32", "f32", "f64"]

_WIDTHS: dict[Coding, int] = {"u8": 1, "s16": 2, "s24": 3, "s32": 4, "f32": 4, "f64": 8}
_FAR_TOO_LOUD = 16.0
_MOST_CHANNELS, _FASTEST = 64, 768_000


@dataclass(frozen=True, slots=True)
class Pcm:
    """How samples are written: so many moments a second, so many channels, in a coding.

    Raises:
        Invalid: `audio-not-supported`, when the numbers are none that sound has.
    """

    rate: int
    channels: int = 1
    coding: Coding = "s16"

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not (0 < self.channels <= _MOST_CHANNELS and 0 < self.rate <= _FASTEST):
            raise not_supported(f"{self.channels} × {self.rate} Hz")

    @property
    def width(self) -> int:
        """The bytes of one moment in all channels."""
        return _WIDTHS[self.coding] * self.channels

    def decoded(self, data: bytes) -> Samples:
        """The samples in these bytes; a moment that is cut off at the end is left out."""
        whole = data[: len(data) - len(data) % self.width]
        return _numbers(whole, self.coding).reshape(-1, self.channels)

    def encoded(self, samples: Samples) -> bytes:
        """These samples as bytes; what is too loud is cut off, as everywhere."""
        if self.coding in {"f32", "f64"}:
            return samples.astype("<f4" if self.coding == "f32" else "<f8").tobytes()
        scale = float(1 << 8 * _WIDTHS[self.coding] - 1)
        steps = np.clip(np.rint(samples * scale), -scale, scale - 1).astype("<i8")
        if self.coding == "u8":
            return (steps + 128).astype("u1").tobytes()
        bytes_ = steps.reshape(-1, 1).view("u1")
        return bytes_[:, : _WIDTHS[self.coding]].tobytes()


SPEECH = Pcm(24_000)
"""What speech interfaces call `pcm`: 24 kHz, one channel, 16 bits, the low byte first."""


def not_supported(what: str) -> Invalid:
    """`audio-not-supported`: samples of this kind are not mixed here."""
    return Invalid(
        "audio-not-supported",
        Text(
            zh=f"此音频（{what}）无法加入听觉标识。",
            en=f"No audible label can be put into this sound ({what}).",
        ),
        Text(
            zh="请提供 8 至 32 位整数或 32、64 位浮点的 PCM（wav 或 pcm）。",
            en="Give PCM (wav or pcm) of 8 to 32 bits, or of 32 or 64 bits in floating point.",
        ),
        article=12,
    )


def _numbers(data: bytes, coding: Coding) -> Samples:
    if coding == "u8":
        return (np.frombuffer(data, "u1").astype(np.float64) - 128) / 128
    if coding in {"f32", "f64"}:
        found = np.frombuffer(data, "<f4" if coding == "f32" else "<f8").astype(np.float64)
        # What is no number is silence, and what is far too loud is cut off before it is squared.
        return np.clip(np.nan_to_num(found), -_FAR_TOO_LOUD, _FAR_TOO_LOUD)
    width = _WIDTHS[coding]
    # The bytes go to the upper end of 32 bits, which keeps their sign.
    padded = np.zeros((len(data) // width, 4), "u1")
    padded[:, 4 - width :] = np.frombuffer(data, "u1").reshape(-1, width)
    return padded.view("<i4")[:, 0].astype(np.float64) / float(1 << 31)
