# SPDX-License-Identifier: Apache-2.0
"""Puts a signed manifest around a labelled file, as the last thing that is done to it (C2PA)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import msgspec

from guiju.kernel import Invalid, Text, Unavailable
from guiju.labelling.profile import GENERATED
from guiju.labelling.provenance.credential import Credential
from guiju.labelling.provenance.library import context, library, spelt

_PARENT = {"relationship": "parentOf", "label": "parent", "title": "parent"}
_ZIPPED = "application/vnd.openxmlformats"
_NOT = frozenset({"video/x-matroska", "video/webm", "audio/ogg", "text/html", "text/markdown"})


def can_sign(media_type: str) -> bool:
    """Whether a manifest can stand in files of this kind; asks the library."""
    kind = spelt(media_type)
    if kind in _NOT or kind.startswith(_ZIPPED):  # packed office files cannot be signed
        return False
    known: list[str] = library().Builder.get_supported_mime_types()
    return kind in known


def with_manifest(
    data: bytes, media_type: str, credential: Credential, *, parent: bytes | None = None
) -> bytes:
    """The file with a manifest that says that it was generated; all other bytes are covered.

    `parent` is the file as it came from another, whose manifest becomes the parent of ours.

    Raises:
        Unavailable: `c2pa-not-installed`; `time-stamps-away`, when the authority of time stamps
            does not answer.
        Invalid: `c2pa-not-signed`, for a format that cannot hold one, or a chain that is refused.
    """
    if not can_sign(media_type):
        raise _not_signed(media_type)
    kind = spelt(media_type)
    try:
        return _signed(data, kind, credential, parent)
    except library().C2paError as error:
        why, address = str(error)[:200], credential.time_stamps
        if address is not None and _signs_without_them(data, kind, credential, parent):
            raise _away(address, why) from error
        raise _not_signed(why) from error


def _signed(data: bytes, kind: str, credential: Credential, parent: bytes | None) -> bytes:
    """The file as the library signs it; raises what the library does."""
    c2pa = library()
    algorithm = c2pa.C2paSigningAlg.ES256
    signer = c2pa.Signer.from_callback(
        credential.sign, algorithm, credential.chain, credential.time_stamps
    )
    with (
        signer,
        c2pa.Builder(_manifest(passed_on=parent is not None), context(None)) as builder,
    ):
        if parent is not None:
            builder.add_ingredient(_PARENT, kind, BytesIO(parent))
        out = BytesIO()
        builder.sign(signer, kind, BytesIO(data), out)
    return out.getvalue()


def _signs_without_them(
    data: bytes, kind: str, credential: Credential, parent: bytes | None
) -> bool:
    """Whether nothing but the time stamps is in the way: the words of the library change."""
    alone = msgspec.structs.replace(credential, time_stamps=None)
    try:
        _signed(data, kind, alone, parent)
    except library().C2paError:
        return False
    return True


def _manifest(*, passed_on: bool) -> dict[str, Any]:
    if passed_on:
        action: dict[str, Any] = {
            "action": "c2pa.opened",
            "parameters": {"ingredientIds": ["parent"]},
        }
    else:
        action = {"action": "c2pa.created", "digitalSourceType": GENERATED}
    return {
        "claim_generator_info": [{"name": "guiju"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }


def _not_signed(why: str) -> Invalid:
    return Invalid(
        "c2pa-not-signed",
        Text(zh=f"无法加入 C2PA 清单：{why}。", en=f"No manifest can be signed into it: {why}."),
        Text(
            zh="请核对证书链；这种格式请用 --profile cn。",
            en="Check the chain of certificates; for this format use --profile cn.",
        ),
        article=12,
    )


def _away(address: str, why: str) -> Unavailable:
    return Unavailable(
        "time-stamps-away",
        Text(
            zh=f"时间戳机构 {address} 没有应答，未签署：{why}。",
            en=f"The authority of time stamps {address} does not answer; nothing is signed: {why}.",
        ),
        Text(
            zh="请稍后重试或更换机构；不设时间戳时，签名只在证书有效期内有效。",
            en="Try again, or name another one. Without time stamps a signature counts only as "
            "long as its certificate does.",
        ),
        article=12,
    )
