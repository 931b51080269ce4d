# SPDX-License-Identifier: Apache-2.0
"""Reads the `[[screening.guard]]` tables of a policy; a fault is named with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from guiju.kernel import Form
from guiju.measures import harms
from guiju.screening.guards.address import address_fault
from guiju.screening.guards.config import SERVED, GuardConfig
from guiju.screening.guards.families import FAMILIES
from guiju.screening.model import DIRECTIONS, Outcome

MOST_GUARDS = 16
_CODE = "guard-broken"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_LONGEST_MODEL = 200
_LONGEST_URL = 500
_ON_ERROR = ("block", "review", "pass")
_ON_UNSAFE = ("review", "refuse", "block")
_ON_CONTROVERSIAL = ("pass", "review", "refuse", "block")
_TEMPLATES = ("server", "message")
_KNOWN = tuple(field.name for field in fields(GuardConfig))
_OF_A_FAMILY = frozenset[str]().union(*(one.keys for one in FAMILIES.values()))


def read_guards(table: Mapping[str, Any]) -> tuple[GuardConfig, ...]:
    """The guards of the `screening` table, in order; none when it names none.

    Raises:
        Invalid: `guard-broken`, with the place, e.g. `screening.guard[0].url`.
    """
    given = Form({"guard": table.get("guard")}, _CODE, place="screening")
    guards: dict[str, GuardConfig] = {}
    for form in given.forms("guard", most=MOST_GUARDS):
        guard = _guard(form)
        if guards.setdefault(guard.name, guard) is not guard:
            raise form.fault("name", f"与前面的 {guard.name} 重名", f"repeats {guard.name}")
    return tuple(guards.values())


def _guard(form: Form) -> GuardConfig:
    family = form.word("family", tuple(FAMILIES))
    _check_keys(form, family)
    upper = form.number("unsafe_from", 1, 1_000, default=500)
    return GuardConfig(
        name=_matching(form, "name", _NAME),
        family=family,
        url=_address(form),
        model=_model(form),
        key=_matching(form, "key", _KEY) if form.has("key") else "",
        directions=tuple(form.words("directions", DIRECTIONS, default=SERVED)),
        harms=_harms(form, family),
        unsafe=Outcome(form.word("unsafe", _ON_UNSAFE, default="block")),
        controversial=Outcome(form.word("controversial", _ON_CONTROVERSIAL, default="review")),
        on_error=Outcome(form.word("on_error", _ON_ERROR, default="block")),
        timeout_ms=form.number("timeout_ms", 50, 60_000, default=3_000),
        concurrency=form.number("concurrency", 1, 256, default=8),
        window=form.number("window", 1_000, 32_000, default=4_000),
        max_tokens=form.number("max_tokens", 16, 4_096) if form.has("max_tokens") else 0,
        unsafe_from=upper,
        # The lower threshold is never above the upper one.
        controversial_from=form.number("controversial_from", 1, upper, default=min(upper, 300)),
        template=form.word("template", _TEMPLATES, default="server"),
    )


def _check_keys(form: Form, family: str) -> None:
    """Refuse a misspelt key, and one that would do nothing for this family."""
    form.knows_only(_KNOWN)
    for key in sorted(_OF_A_FAMILY - FAMILIES[family].keys):
        if form.has(key):
            raise form.fault(key, f"对 {family} 不起作用", f"does nothing for {family}")


def _harms(form: Form, family: str) -> tuple[str, ...]:
    if not form.has("harms"):
        return ()
    named, told = form.words("harms", tuple(harms())), FAMILIES[family].harms
    for harm in named:
        if told is not None and harm not in told:
            raise form.fault("harms", f"{family} 分辨不出 {harm}", f"{family} cannot tell {harm}")
    return tuple(named)


def _address(form: Form) -> str:
    url = form.text("url", longest=_LONGEST_URL).strip()
    if fault := address_fault(url):
        raise form.fault("url", fault.zh, fault.en)
    return url.rstrip("/")


def _model(form: Form) -> str:
    model = form.text("model", longest=_LONGEST_MODEL).strip()
    if not model.isprintable():
        raise form.fault("model", "含有不可用的字符", "holds an unusable character")
    return model


def _matching(form: Form, key: str, pattern: re.Pattern[str]) -> str:
    value = form.value(key)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        # Not shown: where a name belongs, somebody may have written the secret itself.
        said = f"（{pattern.pattern}）", f" ({pattern.pattern})"
        raise form.fault(key, f"应为名称{said[0]}", f"must be a name{said[1]}")
    return value
