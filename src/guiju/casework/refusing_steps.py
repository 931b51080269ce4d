# SPDX-License-Identifier: Apache-2.0
"""What is said of a step that is not taken where it was asked for, or not with what was sent."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.kernel import Conflict, Invalid, Text


def taken_elsewhere(verb: str, page: str, number: str) -> Conflict:
    """A step that takes more than words has a page of its own."""
    path = page.replace("{number}", number)
    return Conflict(
        "step-elsewhere",
        Text(
            zh=f"步骤 {verb} 不在此处办理。",
            en=f"The step {verb} is not taken here.",
        ),
        Text(zh=f"请在 {path} 办理。", en=f"Take it at {path}."),
        param="verb",
        case=number,
    )


def not_here(verb: str, why: Text, number: str) -> Conflict:
    """A step that staff take on no page: somebody else's, or one of another moment."""
    return Conflict(
        "step-not-here",
        Text(zh=f"步骤 {verb} 不在此处办理。", en=f"The step {verb} is not taken here."),
        why,
        param="verb",
        case=number,
    )


def by_software(verb: str, text: Text, number: str) -> Conflict:
    """A step that follows from others or from the time."""
    return Conflict(
        "step-by-software",
        Text(
            zh=f"步骤 {verb}（{text.zh}）由系统自动办理。",
            en=f"The step {verb} ({text.en}) is software's.",
        ),
        Text(
            zh="条件具备或期满时自动发生，无须办理。",
            en="It follows by itself when its time or its cause has come.",
        ),
        param="verb",
        case=number,
    )


def field_unknown(name: str, known: Sequence[str]) -> Invalid:
    """A step was sent something that it does not take."""
    said = ", ".join(known)
    return Invalid(
        "step-field-unknown",
        Text(zh=f"这一步骤没有字段 {name[:40]!r}。", en=f"This step takes no field {name[:40]!r}."),
        Text(
            zh=f"可用：{said or '无'}，以及 version。", en=f"It takes {said or 'none'} and version."
        ),
        param=name[:40],
    )


def field_missing(name: str) -> Invalid:
    """A step lacks something that it takes."""
    return Invalid(
        "step-field-missing",
        Text(zh=f"缺少字段 {name!r}。", en=f"The field {name!r} is missing."),
        Text(zh="请补齐后再试。", en="Fill it in and try again."),
        param=name,
    )


def field_invalid(place: str, said: str) -> Invalid:
    """A field has another type, or is too long."""
    name = place or "body"
    return Invalid(
        "step-field-invalid",
        Text(zh=f"字段 {name!r} 的类型、长度或取值不对。", en=f"The field {name!r}: {said}."),
        Text(
            zh="见 /api/openapi.json 及案件 steps 中的 takes。",
            en="See takes of the step in the case, and /api/openapi.json.",
        ),
        param=name,
    )
