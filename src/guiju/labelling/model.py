# SPDX-License-Identifier: Apache-2.0
"""The implicit label of GB 45438-2025, Annex E: seven fields, written strictly (Article 12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import msgspec

from guiju.kernel import Invalid, Text
from guiju.measures import rule

# Annex E j): single bytes of GB 18030 without space, quotation mark and backslash. The rule's range
# includes the quotation mark escaped; only the reserved fields need it, for their signatures.
_PLAIN = frozenset(map(chr, (*range(0x21, 0x22), *range(0x23, 0x5C), *range(0x5D, 0x7F))))
_RESERVED = _PLAIN | {'"'}
_RESERVED_FIELDS = frozenset({"ReservedCode1", "ReservedCode2"})
# That the first writer fills the pair of the propagator is only recommended, see `first_write`.
_MAY_BE_EMPTY = _RESERVED_FIELDS | {"ContentPropagator", "PropagateID"}


@dataclass(frozen=True, slots=True)
class AigcLabel:
    """The seven fields as they stand in a file; whether they are right, `faults` says."""

    label: str
    content_producer: str
    produce_id: str
    reserved_code1: str = ""
    content_propagator: str = ""
    propagate_id: str = ""
    reserved_code2: str = ""
    # Set once `checked` has found nothing: it cannot change, and each text asks again.
    _sound: bool = field(default=False, init=False, repr=False, compare=False)

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> AigcLabel:
        """The label with these fields; a missing one is empty."""
        return cls(*(fields.get(name, "") for name in field_names()))

    @property
    def fields(self) -> dict[str, str]:
        """Name and value in the order of the standard."""
        # Written out: every answer asks for this, and `astuple` copies deeply.
        values = (
            self.label,
            self.content_producer,
            self.produce_id,
            self.reserved_code1,
            self.content_propagator,
            self.propagate_id,
            self.reserved_code2,
        )
        return dict(zip(field_names(), values, strict=True))

    @property
    def faults(self) -> tuple[str, ...]:
        """What a writer may not write, as stable words with the field's name; empty if right."""
        return tuple(
            f"{fault}:{name}"
            for name, value in self.fields.items()
            if (fault := _fault(name, value)) is not None
        )

    def to_json(self) -> str:
        """The bare object as one line of JSON, for a container that has a key `AIGC` of its own.

        Raises:
            Invalid: `label-not-writable`.
        """
        return msgspec.json.encode(self.checked().fields).decode()

    def to_wrapped_json(self) -> str:
        """The object inside `{"AIGC": ...}`, for a place without a key; raises as `to_json`."""
        return msgspec.json.encode({"AIGC": self.checked().fields}).decode()

    def checked(self) -> AigcLabel:
        """The label itself, if it may be written; raises Invalid `label-not-writable` else."""
        if not self._sound:
            if faults := self.faults:
                raise _not_writable(faults)
            object.__setattr__(self, "_sound", True)
        return self


def first_write(producer: str, produce_id: str, *, label: str = "1") -> AigcLabel:
    """The label of content that its producer writes: both pairs are the producer's.

    Raises:
        Invalid: `label-not-writable`.
    """
    # Rule labels.implicit.first-write.
    return AigcLabel(
        label=label,
        content_producer=producer,
        produce_id=produce_id,
        content_propagator=producer,
        propagate_id=produce_id,
    ).checked()


@cache
def field_names() -> tuple[str, ...]:
    """The names of the seven fields in their order."""
    return tuple(str(rule("labels.implicit.field-order").value).split(","))


@cache
def _label_values() -> frozenset[str]:
    return frozenset(str(rule("labels.implicit.label-values").value).split("|"))


def _fault(name: str, value: str) -> str | None:
    if name == "Label":
        return None if value in _label_values() else "not-a-label-value"
    if not value:
        return None if name in _MAY_BE_EMPTY else "empty"
    allowed = _RESERVED if name in _RESERVED_FIELDS else _PLAIN
    return None if allowed.issuperset(value) else "charset"


def _not_writable(faults: tuple[str, ...]) -> Invalid:
    named = ", ".join(faults)
    return Invalid(
        "label-not-writable",
        Text(
            zh=f"隐式标识不合规，未写入：{named}。",
            en=f"The implicit label is not written: {named}.",
        ),
        Text(
            zh="请用服务提供者编码而非名称，编号只用可见 ASCII 字符。",
            en="Use the provider code instead of a name, and visible ASCII characters in the ids.",
        ),
        article=12,
    )
