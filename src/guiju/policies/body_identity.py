# SPDX-License-Identifier: Apache-2.0
"""The `identity` part of a policy's body: how well people must be known, and staff recognised.

Left out, nobody's identity is asked for and staff may sign in by password alone. Where the
part stands and names no level, it is the one that the law asks for where people can publish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from guiju.kernel import Text
from guiju.measures import rule
from guiju.policies.body_dispositions import FUNCTIONS
from guiju.policies.part import Part

LEVELS = ("none", "phone", "identity")
"""From nothing to a verified identity; who has a higher one has the lower ones."""

LEVEL_SAID: Mapping[str, Text] = {
    "none": Text(zh="未核验", en="not verified"),
    "phone": Text(zh="手机号码已核验", en="telephone number verified"),
    "identity": Text(zh="真实身份已核验", en="real identity verified"),
}
_DAYS = 365
_MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """The part, ready for use.

    `level`: an index into LEVELS that everybody must have reached; `functions`: a higher one for
    some functions. `valid_days`: after so many a verification has run out. `staff_passkey`:
    whether staff work only after having shown a passkey.
    """

    level: int = 0
    functions: Mapping[str, int] = field(default_factory=dict)
    valid_days: int = _DAYS
    staff_passkey: bool = False

    def level_for(self, function: str) -> int:
        """What a person must have reached to use this function."""
        return max(self.level, self.functions.get(function, 0))


def identity(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    return {"identity": _whole(top.form("identity"))} if top.has("identity") else {}


def identity_rules(body: Mapping[str, Any]) -> IdentityRules:
    """The rules of a policy's whole body."""
    table = body.get("identity")
    if table is None:
        return IdentityRules()
    return IdentityRules(
        level=LEVELS.index(table["level"]),
        functions={name: LEVELS.index(one) for name, one in table.get("functions", {}).items()},
        valid_days=table["valid_days"],
        staff_passkey=table["staff_passkey"],
    )


def identity_said(body: Mapping[str, Any]) -> list[tuple[Text, Text]]:
    """For a page: how well people are known, and how staff are recognised."""
    if "identity" not in body:
        return []
    rules = identity_rules(body)
    asked = LEVEL_SAID[LEVELS[rules.level]]
    lines = [
        (
            Text(zh="身份核验", en="Identity"),
            Text(
                zh=f"{asked.zh}；{rules.valid_days} 天后重新核验",
                en=f"{asked.en}; again after {rules.valid_days} days",
            ),
        )
    ]
    for name, level in rules.functions.items():
        lines.append((Text(zh=f"功能 {name}", en=f"Function {name}"), LEVEL_SAID[LEVELS[level]]))
    if rules.staff_passkey:
        staff = Text(zh="须用通行密钥", en="a passkey is needed")
        lines.append((Text(zh="工作人员登录", en="Sign-in of staff"), staff))
    return lines


def identity_lines(body: Mapping[str, Any]) -> list[Text]:
    """The same in lines, to compare two versions."""
    return [
        Text(zh=f"{head.zh}：{said.zh}", en=f"{head.en}: {said.en}")
        for head, said in identity_said(body)
    ]


def _by_law() -> int:
    """The level that the law asks for where people can publish."""
    return rule("identity.publishing.level").number


def _whole(form: Part) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "level": form.word("level", LEVELS, default=LEVELS[_by_law()]),
        "valid_days": form.number("valid_days", 1, _MOST_DAYS, default=_DAYS),
        "staff_passkey": form.flag("staff_passkey", default=False),
    }
    if form.has("functions"):
        inner = form.form("functions")
        whole["functions"] = {
            name: inner.word(name, LEVELS) for name in FUNCTIONS if inner.has(name)
        }
        inner.done()
    form.done()
    return whole
