# SPDX-License-Identifier: Apache-2.0
"""What the demo model makes of a prompt: real pictures and sound, of no art.

Pictures say in words that they are a demonstration, sound says its text in tones: one a letter.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from io import BytesIO
from typing import Any

PICTURES = "/images/generations"
EDITS = "/images/edits"
SPEECH = "/audio/speech"
_SIZE = re.compile(r"([0-9]{2,4})[x*]([0-9]{2,4})")
_USUAL, _LEAST, _MOST = 512, 128, 1024
_KINDS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "gif": "GIF"}
_TONE, _FEWEST, _MOST_TONES = 0.09, 6, 300  # seconds; tones
_LOWEST, _STEP = 180.0, 2 ** (1 / 12)
_LOUD = 0.25
_SAYS = "guiju demo picture"


def pictures(asked: Mapping[str, Any]) -> dict[str, Any]:
    """As many pictures as were asked for, each in colours of its own."""
    prompt = str(asked.get("prompt", ""))
    made = [_picture(f"{index} {prompt}", asked) for index in range(min(asked.get("n") or 1, 10))]
    data = [{"b64_json": b64encode(one).decode()} for one in made]
    tokens = len(prompt)
    usage = {"input_tokens": tokens, "output_tokens": 0, "total_tokens": tokens}
    return {"data": data, "usage": usage}


def _picture(seed: str, asked: Mapping[str, Any]) -> bytes:
    """Two colours that run into each other, made of the prompt's digest, and a line of text."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - only a demo needs to draw here

    size = _size(asked.get("size"))
    digest = hashlib.sha256(seed.encode()).digest()
    first, second = (Image.new("RGB", size, tuple(digest[at : at + 3])) for at in (0, 3))
    shown = Image.composite(first, second, Image.linear_gradient("L").resize(size))
    font = ImageFont.load_default(size[0] // 14)
    ImageDraw.Draw(shown).text((size[0] // 20, size[1] // 20), _SAYS, "white", font)
    file = BytesIO()
    shown.save(file, _KINDS.get(str(asked.get("output_format")), "PNG"))
    return file.getvalue()


def drawn(seed: str, size: str) -> bytes:
    """One picture, as PNG."""
    return _picture(seed, {"size": size})


def _size(said: Any) -> tuple[int, int]:
    found = _SIZE.fullmatch(said) if type(said) is str else None
    if found is None:
        return _USUAL, _USUAL
    width, height = (min(max(int(one), _LEAST), _MOST) for one in found.groups())
    return width, height


def speech(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The text in tones, one for each of its characters, in the format that was asked for.

    Raises Unavailable `ffmpeg-missing` for packed formats where ffmpeg is not installed.
    """
    import numpy as np  # noqa: PLC0415 - only a demo needs to sing here

    from guiju.labelling.audio import SPEECH as PCM  # noqa: PLC0415 - as above
    from guiju.labelling.audio import encoded  # noqa: PLC0415 - as above

    text = str(asked.get("input", ""))[:_MOST_TONES]
    steps = [ord(one) % 25 for one in text.ljust(_FEWEST)]
    moment = np.arange(round(_TONE * PCM.rate)) / PCM.rate
    shape = np.sin(np.pi * np.linspace(0, 1, len(moment)))
    tones = [np.sin(2 * np.pi * _LOWEST * _STEP**one * moment) * shape * _LOUD for one in steps]
    samples = PCM.encoded(np.concatenate(tones).reshape(-1, 1))
    format_ = str(asked.get("response_format") or "mp3")
    return {"file": encoded(samples, format_), "type": f"audio/{format_}"}
