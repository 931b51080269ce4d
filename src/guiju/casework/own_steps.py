# SPDX-License-Identifier: Apache-2.0
"""Steps that take more than words, as programs take them: read strictly, described for machines.

A room says with `OwnStep` what such a step takes and who does it. Its verbs are those of its own
page, so that guards, roles and four eyes are the same for both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from guiju.casework import refusing_steps
from guiju.kernel import Actor
from guiju.storage import Tx

if TYPE_CHECKING:
    from guiju.casework.case import Case

_LONGEST = 20_000
Reason = Annotated[str, Meta(max_length=_LONGEST, description="For colleagues; sealed.")]
Facts = Annotated[str, Meta(max_length=_LONGEST, description="For the person; sealed.")]


class NothingMore(msgspec.Struct, forbid_unknown_fields=True):
    """A step that is taken as it is."""


class WithReason(msgspec.Struct, forbid_unknown_fields=True):
    """A step that takes a reason."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class OwnStep:
    """A step for which its room has more to do than its table says.

    `form`: what it takes besides the version. `sees_to`: guards that hold once `take` has begun, so
    that they say nothing about whether the step is possible.
    """

    form: type[msgspec.Struct]
    take: Callable[[Tx, Actor, Case, Any], object]
    sees_to: frozenset[str] = frozenset()

    @classmethod
    def reasoned(
        cls, verb: Callable[[Tx, Actor, Case, str], object], sees_to: frozenset[str] = frozenset()
    ) -> OwnStep:
        """A step whose verb takes a reason and nothing more."""

        def take(tx: Tx, actor: Actor, case: Case, sent: WithReason) -> object:
            return verb(tx, actor, case, sent.reason)

        return cls(WithReason, take, sees_to)


def read(step: OwnStep, values: Mapping[str, Any]) -> msgspec.Struct:
    """What was sent for a step, as its form.

    Raises:
        Invalid: `step-field-unknown`, `step-field-missing` or `step-field-invalid`, naming it.
    """
    known = {one.name: one for one in msgspec.structs.fields(step.form)}
    for name in values:
        if name not in known:
            raise refusing_steps.field_unknown(name, list(known))
    for name, one in known.items():
        if one.required and name not in values:
            raise refusing_steps.field_missing(name)
    try:
        found: msgspec.Struct = msgspec.convert(dict(values), step.form)
    except msgspec.ValidationError as error:
        raise refusing_steps.field_invalid(_place(str(error)), str(error)) from None
    return found


@cache
def schema(form: type[msgspec.Struct]) -> Mapping[str, Any]:
    """What the form takes, as a JSON Schema without references."""
    ((found,), parts) = msgspec.json.schema_components([form], ref_template="{name}")
    return dict(_inline(found, parts))


def _inline(one: Any, parts: Mapping[str, Any]) -> Any:
    """The schema with what it refers to in its place."""
    if isinstance(one, dict):
        if "$ref" in one:
            return _inline(parts[one["$ref"]], parts)
        return {name: _inline(value, parts) for name, value in one.items()}
    if isinstance(one, list):
        return [_inline(value, parts) for value in one]
    return one


def _place(said: str) -> str:
    """The field that a message of the reader is about."""
    found = re.search(r"`\$((?:\.[\w-]+|\[[^\]]*\])+)`", said)
    return found[1].lstrip(".") if found else ""
