# SPDX-License-Identifier: Apache-2.0
"""c2pa-python, where it is installed; it never asks a network on its own."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from guiju.kernel import Text, Unavailable

_EKU = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1"
"""What a certificate must be for: email, document signing, content credentials."""


_SPELT = {"audio/x-flac": "audio/flac", "audio/mp4": "video/mp4", "audio/x-wav": "audio/wav"}


def spelt(media_type: str) -> str:
    """A media type as the library spells it."""
    return _SPELT.get(media_type, media_type)


def installed() -> bool:
    """Whether the extra is here."""
    return find_spec("c2pa") is not None


@cache
def library() -> Any:
    """The package; raises Unavailable `c2pa-not-installed`."""
    if not installed():
        raise Unavailable(
            "c2pa-not-installed",
            Text(zh="没有安装 c2pa-python。", en="c2pa-python is not installed."),
            Text(zh="请安装：pip install 'guiju[eu]'。", en="Install it: pip install 'guiju[eu]'."),
            article=12,
        )
    return import_module("c2pa")


def context(anchors: str | None) -> Any:
    """How to sign and check: no thumbnails, nothing fetched, and whom to trust."""
    trust: dict[str, Any] = {"trust_config": _EKU}
    if anchors:
        trust["trust_anchors"] = anchors
    settings = {
        "version": 1,
        "trust": trust,
        "verify": {
            "verify_after_sign": False,
            "verify_trust": True,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        },
        "builder": {"thumbnail": {"enabled": False}},
    }
    return library().Context.from_dict(settings)
