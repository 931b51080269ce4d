# SPDX-License-Identifier: Apache-2.0
"""What a manifest (C2PA) in a file shows: by whom it is vouched for, and whether it still holds."""

from __future__ import annotations

from enum import StrEnum
from io import BytesIO
from typing import Any

import msgspec

from guiju.labelling.profile import SOURCE
from guiju.labelling.provenance.library import context, installed, library, spelt

_STORE = bytes.fromhex("6332706100110010800000aa00389b71")
"""How the description of every store of manifests begins (C2PA, part 11)."""


class State(StrEnum):
    """How far a manifest can be trusted."""

    VERIFIED = "verified"
    """It holds, and is signed by somebody whom the given anchors vouch for."""
    UNTRUSTED = "untrusted"
    """It holds; who signed is open."""
    INVALID = "invalid"
    """It does not belong to this content any more, or its signature does not hold."""
    ABSENT = "absent"
    """There is none."""
    NOT_CHECKED = "not-checked"
    """Nobody has looked: the extra `eu` is not installed, or the format is none of its."""


class Provenance(msgspec.Struct, frozen=True):
    """The state, and what kind of source the manifest names (IPTC digital source type)."""

    state: State
    source: str | None = None

    @property
    def generated(self) -> bool:
        """Whether it says that a model has made this."""
        return self.source is not None and "lgorithmicMedia" in self.source

    @property
    def captured(self) -> bool:
        """Whether it says that a camera has."""
        return self.source is not None and self.source.endswith("Capture")


def provenance_of(data: bytes, media_type: str, anchors: str | None = None) -> Provenance:
    """What the manifest in a file shows; nothing is fetched for it, whatever it points to."""
    if _STORE not in data:
        return Provenance(State.ABSENT)
    if not installed():
        return Provenance(State.NOT_CHECKED)
    c2pa, kind = library(), spelt(media_type)
    try:
        with c2pa.Reader(kind, BytesIO(data), context=context(anchors)) as reader:
            state, active = str(reader.get_validation_state()), reader.get_active_manifest()
    except c2pa.C2paError as error:
        return Provenance(_without(str(error)))
    states = {"Trusted": State.VERIFIED, "Valid": State.UNTRUSTED}
    return Provenance(states.get(state, State.INVALID), _source(active))


def _without(error: str) -> State:
    """What an error means: nothing there, nothing that can be read here, or something broken."""
    if "ManifestNotFound" in error:
        return State.ABSENT
    return State.NOT_CHECKED if "NotSupported" in error else State.INVALID


def _source(manifest: Any) -> str | None:
    """The source that the first action names."""
    if not isinstance(manifest, dict):
        return None
    for assertion in manifest.get("assertions", ()):
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            for action in assertion.get("data", {}).get("actions", ()):
                said = action.get("digitalSourceType")
                if isinstance(said, str):
                    return said.removeprefix(SOURCE)
    return None
