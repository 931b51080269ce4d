# SPDX-License-Identifier: Apache-2.0
"""Whether bytes begin a stream of MP3 or ADTS, which have no mark: two frames must fit.

Sources: ISO/IEC 11172-3 and 13818-3 (layer III), ISO/IEC 13818-7 (ADTS).
"""

from __future__ import annotations

from collections.abc import Callable

_HEADER = 4
_ADTS_HEADER = 7
_SYNC = 0xFFE0
_ADTS_SYNC, _ADTS_MASK = 0xFFF0, 0xFFF6
_MPEG_1 = 3
_LAYER_III = 1
_KBITS_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_ADTS_RATES = 13


def begins_mp3(data: bytes) -> bool:
    """Whether a frame of layer III stands here, and behind it another one if it is in `data`."""
    return _two(data, mp3_frame, _HEADER)


def begins_adts(data: bytes) -> bool:
    """Whether an ADTS frame stands here, and behind it another one if it is in `data`."""
    return _two(data, adts_frame, _ADTS_HEADER)


def mp3_frame(data: bytes) -> int:
    """The bytes of the frame that begins here; 0: none does."""
    if len(data) < _HEADER or int.from_bytes(data[:2]) & _SYNC != _SYNC:
        return 0
    version, layer = data[1] >> 3 & 3, data[1] >> 1 & 3
    kbits, rate, padding = data[2] >> 4, data[2] >> 2 & 3, data[2] >> 1 & 1
    rates = _RATES.get(version, ())
    if layer != _LAYER_III or rate >= len(rates) or not 0 < kbits <= len(_KBITS_1):
        return 0
    samples = 144 if version == _MPEG_1 else 72
    return samples * 1000 * mp3_kbits(data) // rates[rate] + padding


def mp3_rate(header: bytes) -> int:
    """Samples a second, as the header of a frame says."""
    return _RATES[header[1] >> 3 & 3][header[2] >> 2 & 3]


def mp3_kbits(header: bytes) -> int:
    """Thousands of bits a second, as the header of a frame says."""
    table = _KBITS_1 if header[1] >> 3 & 3 == _MPEG_1 else _KBITS_2
    return table[(header[2] >> 4) - 1]


def adts_frame(data: bytes) -> int:
    """The bytes of the frame that begins here; 0: none does."""
    if len(data) < _ADTS_HEADER or int.from_bytes(data[:2]) & _ADTS_MASK != _ADTS_SYNC:
        return 0
    if data[2] >> 2 & 0xF >= _ADTS_RATES:
        return 0
    length = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5
    return length if length >= _ADTS_HEADER else 0


def _two(data: bytes, frame: Callable[[bytes], int], header: int) -> bool:
    length = frame(data)
    behind = data[length : length + header]
    return length > 0 and (len(behind) < header or frame(behind) > 0)
