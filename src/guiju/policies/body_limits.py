# SPDX-License-Identifier: Apache-2.0
"""The `limits` part of a policy's body: how much may be used, by each and by all (Article 13).

What is left out is not limited, and a policy without the part limits nothing: so a body that was
approved before the part existed keeps its digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guiju.kernel import Text
from guiju.limits import MEASURES, Limits, Plan
from guiju.policies.part import Part

SUBJECTS = ("person", "app", "service")
MOST = 10**12

SUBJECT_WORDS: Mapping[str, Text] = {
    "person": Text(zh="每个人", en="Each person"),
    "app": Text(zh="应用的每把密钥", en="Each key of an app"),
    "service": Text(zh="整个服务", en="The service as a whole"),
}
MEASURE_WORDS: Mapping[str, Text] = {
    "requests": Text(zh="每分钟请求", en="requests a minute"),
    "tokens": Text(zh="每分钟 token", en="tokens a minute"),
    "concurrent": Text(zh="同时处理", en="requests at once"),
    "day": Text(zh="每天 token", en="tokens a day"),
    "month": Text(zh="每月 token", en="tokens a month"),
}


def limits(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    if not top.has("limits"):
        return {}
    table = top.form("limits")
    whole = {name: _measures(table.form(name)) for name in table.given(SUBJECTS)}
    if not whole:
        raise table.fault("", "没有写明限制谁", f"limits nobody: {', '.join(SUBJECTS)}")
    return {"limits": whole}


def plan_of(body: Mapping[str, Any]) -> Plan:
    """The limits of a policy's whole body, ready for use."""
    table = body.get("limits", {})
    return Plan(**{name: Limits(**table.get(name, {})) for name in SUBJECTS})


def limits_said(body: Mapping[str, Any]) -> list[tuple[Text, list[tuple[Text, int]]]]:
    """For a page: each subject with its measures and numbers, in order."""
    table = body.get("limits", {})
    return [
        (SUBJECT_WORDS[name], [(MEASURE_WORDS[one], table[name][one]) for one in table[name]])
        for name in SUBJECTS
        if name in table
    ]


def _measures(form: Part) -> dict[str, int]:
    given = form.given(MEASURES)
    if not given:
        raise form.fault("", "没有写明限额", f"names no limit: {', '.join(MEASURES)}")
    return {one: form.number(one, 1, MOST) for one in given}
