# SPDX-License-Identifier: Apache-2.0
"""Watermarks of others, where their packages are installed; none comes with guiju (Article 12).

These need torch and weights that their packages fetch by themselves at the first use. Nothing is
fetched here: without package or weights the one honest answer is that nobody has looked.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Any, Protocol

from PIL import Image

from guiju.kernel import Text, Unavailable

PACKAGES = {"trustmark": "trustmark", "meta-seal": "videoseal"}
"""What a scheme is called here, and the package that reads it."""


class Foreign(Protocol):
    """A scheme of somebody else's."""

    def put(self, data: bytes, payload: bytes) -> bytes:
        """A PNG of this picture with a payload, as much of it as the scheme holds."""
        ...

    def seen(self, data: bytes) -> bytes | None:
        """The payload of a picture; None where none was found, which shows nothing."""
        ...


def foreign(scheme: str) -> Foreign:
    """The scheme of this name, with its model loaded.

    Raises:
        Unavailable: `watermark-not-installed` without its package; `watermark-not-loaded`, when the
            package does not find what it needs.
    """
    package = PACKAGES.get(scheme)
    if package is None or find_spec(package) is None:
        raise _not_installed(scheme)
    try:
        return _TrustMark() if scheme == "trustmark" else _MetaSeal()
    except Exception as error:
        raise _not_loaded(scheme, package, error) from error


class _TrustMark:
    """Adobe's, with its own error correction (BCH_5: 61 bits)."""

    _BITS = 61

    def __init__(self) -> None:
        made = import_module("trustmark").TrustMark
        self._model: Any = made(verbose=False, model_type="Q", encoding_type=made.Encoding.BCH_5)

    def put(self, data: bytes, payload: bytes) -> bytes:
        bits = "".join(f"{one:08b}" for one in payload)[: self._BITS].ljust(self._BITS, "0")
        with Image.open(BytesIO(data)) as image:
            made = self._model.encode(image.convert("RGB"), bits, MODE="binary")
        return _png(made)

    def seen(self, data: bytes) -> bytes | None:
        with Image.open(BytesIO(data)) as image:
            bits, found, _ = self._model.decode(image.convert("RGB"), MODE="binary")
        if not found:
            return None
        whole = bits[: self._BITS // 8 * 8]
        return int(whole, 2).to_bytes(len(whole) // 8, "big")


class _MetaSeal:
    """Meta's Video Seal on single pictures (256 bits without a check of their own)."""

    _SURE = 0.9  # share of the bits that must agree between both halves

    def __init__(self) -> None:
        self._torch: Any = import_module("torch")
        self._model: Any = import_module("videoseal").load("videoseal")
        self._model.eval()

    def put(self, data: bytes, payload: bytes) -> bytes:
        # Both halves hold the same, so that a picture without a mark is told from one with it.
        half = (payload + bytes(16))[:16]
        bits = [bit >> at & 1 for bit in half * 2 for at in range(7, -1, -1)]
        message = self._torch.tensor([bits], dtype=self._torch.float32)
        with self._torch.no_grad():
            out = self._model.embed(self._tensor(data), msgs=message, is_video=False)
        values = (out["imgs_w"][0].clamp(0, 1) * 255).byte().permute(1, 2, 0).cpu().numpy()
        return _png(Image.fromarray(values))

    def seen(self, data: bytes) -> bytes | None:
        with self._torch.no_grad():
            out = self._model.detect(self._tensor(data), is_video=False)
        bits = (out["preds"][0, 1:] > 0).int().tolist()
        one, other = bits[:128], bits[128:256]
        agree = sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
        if agree < self._SURE:
            return None
        return int("".join(map(str, one)), 2).to_bytes(16, "big")

    def _tensor(self, data: bytes) -> Any:
        import numpy as np  # noqa: PLC0415 - only where the scheme is installed

        with Image.open(BytesIO(data)) as image:
            values = np.asarray(image.convert("RGB"), np.float32) / 255
        return self._torch.from_numpy(values).permute(2, 0, 1)[None]


def _png(image: Image.Image) -> bytes:
    packed = BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


def _not_installed(scheme: str) -> Unavailable:
    package = PACKAGES.get(scheme)
    known = "、".join(PACKAGES), ", ".join(PACKAGES)
    if package is None:
        remedy = Text(zh=f"可用：{known[0]}。", en=f"Known schemes: {known[1]}.")
    else:
        remedy = Text(
            zh=f"请安装 {package} 及其模型权重。", en=f"Install {package} and the weights it needs."
        )
    return Unavailable(
        "watermark-not-installed",
        Text(
            zh=f"没有安装水印方案 {scheme}。", en=f"The watermark {scheme} is not installed here."
        ),
        remedy,
        article=12,
    )


def _not_loaded(scheme: str, package: str, error: Exception) -> Unavailable:
    why = f"{type(error).__name__}: {error}"[:200]
    remedy = Text(
        zh=f"请按 {package} 的说明准备模型权重与配置文件。",
        en=f"Prepare weights and configuration as {package} says.",
    )
    if scheme == "meta-seal":  # 1.0.1 looks for both in the folder where the program was started
        remedy = Text(
            zh="请在 videoseal 源码目录中启动：它从当前目录读取 videoseal/cards 与 configs。",
            en="Start in a checkout of videoseal: it reads videoseal/cards and configs from there.",
        )
    return Unavailable(
        "watermark-not-loaded",
        Text(
            zh=f"水印方案 {scheme} 无法载入：{why}。",
            en=f"The watermark {scheme} cannot be loaded: {why}.",
        ),
        remedy,
        article=12,
    )
