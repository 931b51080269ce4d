# SPDX-License-Identifier: Apache-2.0
"""`@enforces`: code says which control it carries out, and the law tests read it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from guiju.kernel import Invalid, Text
from guiju.measures.reading import nearest
from guiju.measures.service import controls

F = TypeVar("F", bound=Callable[..., object])

_enforcers: dict[str, tuple[str, ...]] = {}


def enforces(*names: str) -> Callable[[F], F]:
    """Mark a function or class as carrying out these controls; it is returned as it is.

    Raises:
        Invalid: `unknown-control`, while the module is imported.
    """
    for name in names:
        if name not in controls():
            raise _unknown(name)

    def remember(subject: F) -> F:
        where = f"{subject.__module__}.{subject.__qualname__}"
        for name in names:
            _enforcers[name] = (*_enforcers.get(name, ()), where)
        return subject

    return remember


def enforcers() -> Mapping[str, tuple[str, ...]]:
    """The qualified names of what carries out each control, as far as it has been imported."""
    return MappingProxyType(_enforcers)


def _unknown(name: str) -> Invalid:
    hint = nearest(name, controls())
    return Invalid(
        "unknown-control",
        Text(
            zh=f"@enforces 提到未知的控制 {name}{hint[0]}。",
            en=f"@enforces names the unknown control {name}{hint[1]}.",
        ),
        Text(
            zh="请在 measures/controls/ 中登记，或更正名称。",
            en="Add it to measures/controls/, or correct the name.",
        ),
    )
