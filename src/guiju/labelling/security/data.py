# SPDX-License-Identifier: Apache-2.0
"""Security data: who signed a label, and which content it belongs to (TC260-PG-202511A).

It stands as JSON in `ReservedCode1` (the producer's) or `ReservedCode2` (the propagator's). We
write one form and read the spellings that were seen in files. What the guide leaves open, we
declare: how content is selected for its digest has a name of our own.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from guiju.labelling.model import AigcLabel
from guiju.labelling.security import keys, sm2
from guiju.labelling.security.sm2 import Point, Signature
from guiju.measures import rule

SM2_KEY, SM3 = "1.2.156.10197.1.301", "1.2.156.10197.1.401"
"""Names of algorithms in GM/T 0006; that of the signature is a rule."""
SELECTION = "guiju:file-with-canonical-label"
"""The bytes whose digest binds a label: the file as it is with the label of `binding`."""
_MOST = 8192  # characters; two signatures, a key and a digest take some 900
# The guide's words, and those that were seen in files instead.
_LABEL, _CONTENT = ("Md", "LabelMataData"), ("Bnd", "Binding")

Slot = Literal[1, 2]
"""1: the producer's field; 2: the propagator's."""


class Binding(msgspec.Struct, frozen=True):
    """The content that a label belongs to: a digest, and what it was made of."""

    digest: str
    selection: str


class SecurityData(msgspec.Struct, frozen=True):
    """What was read: `label` and `content` are signatures; `ours` says that it has our form.

    Only what has the guide's own spelling is `ours`; in another one a signature that does not hold
    may have been made over something else.
    """

    ours: bool
    label: Signature | None = None
    content: Signature | None = None
    key: Point | None = None
    binding: Binding | None = None


def _known(name: str) -> str:
    return str(rule(f"security-data.{name}").value)


def label_message(label: AigcLabel, slot: Slot) -> bytes:
    """The bytes signed for a label: three pairs without braces (annex A.1 of the guide)."""
    fields = label.fields
    names = (
        ("Label", "ContentProducer", "ProduceID")
        if slot == 1
        else ("Label", "ContentPropagator", "PropagateID")
    )
    return ",".join(f'"{name}":"{fields[name]}"' for name in names).encode()


def content_message(binding: Binding) -> bytes:
    """The bytes signed for a binding: the JSON of the binding as it stands in the data."""
    return msgspec.json.encode(_binding(binding))


def written(pair: keys.Pair, label: AigcLabel, slot: Slot, binding: Binding | None = None) -> str:
    """Security data for a label, signed; `binding` ties it to its content."""
    public = [_signature(_LABEL[0], sm2.sign(pair.private, label_message(label, slot)))]
    if binding is not None:
        public.append(_signature(_CONTENT[0], sm2.sign(pair.private, content_message(binding))))
    public.append({"Type": "PubKey", "AlgID": SM2_KEY, "KeyValue": keys.public_text(pair.public)})
    inner: dict[str, Any] = {"Type": _known("type"), "Version": int(_known("version"))}
    inner["PubSD"] = public
    if binding is not None:
        inner["Bindings"] = [_binding(binding)]
    return msgspec.json.encode({"SecurityData": inner}).decode()


def unbound(text: str) -> str:
    """Security data of ours without what ties it to content that has changed since; others stay.

    Who signed the label, and the label itself, are still shown by the signature that is left.
    """
    held = read(text)
    if held is None or not held.ours or held.binding is None or held.binding.selection != SELECTION:
        return text
    said: dict[str, Any] = msgspec.json.decode(text)
    inner = said["SecurityData"]
    del inner["Bindings"]
    inner["PubSD"] = [
        one for one in inner["PubSD"] if one.get("TBSData", {}).get("Type") not in _CONTENT
    ]
    return msgspec.json.encode(said).decode()


def read(text: str) -> SecurityData | None:
    """The security data in a reserved field; None where it holds something else."""
    if len(text) > _MOST or not text.lstrip().startswith("{"):
        return None
    try:
        inner = msgspec.json.decode(text)["SecurityData"]
        parts = inner.get("PubSD", inner.get("PubSd", []))
        known = inner.get("Type") == _known("type") and "PubSD" in inner
        return _read(parts, inner.get("Bindings", []), known=known)
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError, AttributeError, ValueError):
        return None


def _read(parts: list[Any], bindings: list[Any], *, known: bool) -> SecurityData:
    label = content = key = binding = None
    for one in parts:
        kind, about = one["Type"], one.get("TBSData", {})
        said = about.get("Type") if isinstance(about, dict) else None
        if kind == "PubKey":
            key = keys.public_from(one["KeyValue"])
        elif kind == "DS" and one["AlgID"] == _known("algorithm.oid"):
            made = Signature(*decode_dss_signature(bytes.fromhex(one["Signature"])))
            if said in _LABEL:
                label, known = made, known and said == _LABEL[0]
            elif said in _CONTENT:
                content = made
    for one in bindings:
        if isinstance(one, dict) and one.get("AlgID") == SM3:
            binding = Binding(str(one["Value"]), str(one["CntSel"]))
    return SecurityData(known, label, content, key, binding)


def _signature(about: str, made: Signature) -> dict[str, Any]:
    value = encode_dss_signature(*made).hex().upper()
    told = {"Type": "DS", "AlgID": _known("algorithm.oid")}
    return told | {"TBSData": {"Type": about}, "Signature": value}


def _binding(one: Binding) -> dict[str, str]:
    return {"Type": "Hash", "AlgID": SM3, "CntSel": one.selection, "Value": one.digest}
