# SPDX-License-Identifier: Apache-2.0
"""What a signature in a label shows, and what it does not (TC260-PG-202511A).

Nobody is called a forger here: a scheme we do not know is `unsupported`, and a signature that does
not hold in the guide's own form has `failed`, for whatever reason.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from guiju.labelling.model import AigcLabel
from guiju.labelling.security import data
from guiju.labelling.security.data import SELECTION, Binding, SecurityData, Slot
from guiju.labelling.security.keys import Pinned
from guiju.labelling.security.sm2 import Point, Signature, verify


class Trust(StrEnum):
    """How far what was signed can be trusted."""

    VERIFIED = "verified"
    """A key that is pinned for this provider has signed it."""
    INTEGRITY = "integrity-only"
    """The key that travels with it has: it was not changed since, by whom it was made is open."""
    UNSUPPORTED = "unsupported"
    """A scheme or a key we do not know: nothing is shown."""
    FAILED = "failed"
    """The signature, or the digest, does not belong to this."""
    ABSENT = "absent"
    """Nothing is signed."""


class Standing(msgspec.Struct, frozen=True):
    """The producer's signature, its binding to the content, and the propagator's signature."""

    signature: Trust
    content: Trust
    propagator: Trust


def examine(
    label: AigcLabel, binding: Callable[[], Binding | None], pinned: Pinned | None = None
) -> Standing:
    """What the signatures in a label show; `binding` gives that of the content as it is now.

    It is asked only where the label names one.
    """
    keys = pinned or {}
    known = keys.get(label.content_producer, frozenset())
    trust, held = _label(label, 1, known)
    propagator, _ = _label(label, 2, keys.get(label.content_propagator, frozenset()))
    content = Trust.ABSENT
    if held is not None and held.binding is not None:
        content = _content(held, held.binding, binding, known)
    return Standing(trust, content, propagator)


def _label(
    label: AigcLabel, slot: Slot, known: frozenset[Point]
) -> tuple[Trust, SecurityData | None]:
    text = label.reserved_code1 if slot == 1 else label.reserved_code2
    if not text:
        return Trust.ABSENT, None
    held = data.read(text)
    if held is None or held.label is None:
        return Trust.UNSUPPORTED, held
    return _trust(held, known, data.label_message(label, slot), held.label), held


def _content(
    held: SecurityData,
    named: Binding,
    binding: Callable[[], Binding | None],
    known: frozenset[Point],
) -> Trust:
    if named.selection != SELECTION or held.content is None:
        return Trust.UNSUPPORTED
    trust = _trust(held, known, data.content_message(named), held.content)
    if trust in {Trust.FAILED, Trust.UNSUPPORTED}:
        return trust
    now = binding()
    if now is None:
        return Trust.UNSUPPORTED
    return trust if now.digest == named.digest.upper() else Trust.FAILED


def _trust(
    held: SecurityData, known: frozenset[Point], message: bytes, signature: Signature
) -> Trust:
    if any(verify(one, message, signature) for one in known):
        return Trust.VERIFIED
    if held.key is not None and verify(held.key, message, signature):
        return Trust.INTEGRITY
    # In another spelling something else may have been signed; without a key nobody can say.
    return Trust.FAILED if held.ours and (held.key or known) else Trust.UNSUPPORTED
