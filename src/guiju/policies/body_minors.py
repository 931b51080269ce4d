# SPDX-License-Identifier: Apache-2.0
"""The `minors` and `companion` parts of a policy's body: how time is reckoned, what is guarded.

What the law says (an hour, two hours, ten in the evening) is a rule of `measures`; here stands only
what the provider decides. Without `[minors]` the values below count: minors are protected in any
case. Without `[companion]` no scene is a companion (CAC Order 21 is a profile, switched on here).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guiju.kernel import Text
from guiju.policies.part import Part
from guiju.screening.matrix import expanded

PERSONAS = ("none", "friend", "partner", "relative")
CLOSE_PERSONAS = frozenset({"partner", "relative"})
ENDINGS = ("sentence", "at-once")
WITHOUT_CONSENT = ("not-kept", "kept")
"""What becomes of what somebody says to a companion who has not consented to sensitive data."""
_HARMS = ("A1f", "A2*", "A4*")
_SCENE = re.compile(r"direct|ap_[a-z0-9]{10,40}")
_LONGEST_TERM = 60
_MOST_TERMS = 2_000
_LONGEST_TEXT = 2_000
_MOST_SCENES = 100


@dataclass(frozen=True, slots=True)
class MinorRules:
    """Part `minors`, ready for use.

    `gap_minutes`: a pause shorter than that is use. `reading`: characters a minute in which an
    answer counts as read; `reading_most` seconds at most. `ending`: whether a stream that reaches
    a limit ends after its `sentence`, within `ending_seconds`, or `at-once`. `infer_from`: the
    score, per mille, from which somebody is provisionally taken for a minor. `appeal_working_days`:
    within which a person decides about a wrong classification. `keep_days`: how long use is kept.
    `block`: harms whose findings are stopped for minors, whatever everybody else gets.
    `long_minutes`: of a day, `night_days` and `days` of a week, from which a habit is pointed out
    to who asked for it.
    """

    gap_minutes: int
    reading: int
    reading_most: int
    ending: str
    ending_seconds: int
    infer_from: int
    appeal_working_days: int
    keep_days: int
    block: frozenset[str]
    long_minutes: int
    night_days: int
    often_days: int


@dataclass(frozen=True, slots=True)
class CompanionRules:
    """Part `companion`, ready for use; `scenes` are those that are companions, with their persona.

    A scene is `direct` (people with their own key) or an app. `exits` are phrases that end the
    interaction at once, answered by `farewell`. `crisis` are the operator's words of somebody in
    danger, answered by `comfort`, which names the helpline; `crisis_hours` until a person has
    answered. `personas` are words of a close persona in what a scene tells its model.
    `without_consent`: whether content is kept of who has not consented to sensitive interaction
    data; it trains nothing in any case.
    """

    scenes: Mapping[str, str]
    exits: frozenset[str]
    farewell: Text
    crisis: tuple[str, ...]
    comfort: Text
    crisis_hours: int
    personas: tuple[str, ...]
    without_consent: str = WITHOUT_CONSENT[0]

    @property
    def keeps(self) -> bool:
        """Whether content is kept as anybody's without that consent."""
        return self.without_consent == "kept"


def minors(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    return {"minors": _minors(top.form("minors"))} if top.has("minors") else {}


def companion(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    return {"companion": _companion(top.form("companion"))} if top.has("companion") else {}


def minor_rules(body: Mapping[str, Any]) -> MinorRules:
    """The rules of a policy's whole body; what it leaves out is as below."""
    table = body.get("minors") or _minors(Part({}, "policy-invalid"))
    return MinorRules(**{**table, "block": frozenset(expanded(table["block"]))})


def companion_rules(body: Mapping[str, Any]) -> CompanionRules | None:
    """The companion profile of a policy's whole body; None: it is switched off."""
    table = body.get("companion")
    if table is None:
        return None
    return CompanionRules(
        scenes={one["scene"]: one["persona"] for one in table["scene"]},
        exits=frozenset(table["exits"]),
        farewell=Text(**table["farewell"]),
        crisis=tuple(table["crisis"]),
        comfort=Text(**table["comfort"]),
        crisis_hours=table["crisis_hours"],
        personas=tuple(table["personas"]),
        without_consent=table.get("without_consent", WITHOUT_CONSENT[0]),
    )


def _minors(form: Part) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "gap_minutes": form.number("gap_minutes", 1, 30, default=5),
        "reading": form.number("reading", 60, 5_000, default=400),
        "reading_most": form.number("reading_most", 0, 900, default=180),
        "ending": form.word("ending", ENDINGS, default="sentence"),
        "ending_seconds": form.number("ending_seconds", 1, 120, default=20),
        "infer_from": form.number("infer_from", 500, 1_000, default=800),
        "appeal_working_days": form.number("appeal_working_days", 1, 60, default=5),
        "keep_days": form.number("keep_days", 8, 366, default=92),
        "block": form.harms("block", default=_HARMS),
        "long_minutes": form.number("long_minutes", 10, 24 * 60, default=180),
        "night_days": form.number("night_days", 1, 7, default=3),
        "often_days": form.number("often_days", 1, 7, default=6),
    }
    form.done()
    return whole


def _companion(form: Part) -> dict[str, Any]:
    scenes: dict[str, str] = {}
    for one in form.forms("scene", most=_MOST_SCENES):
        name = one.matching("scene", _SCENE)
        if name in scenes:
            raise one.fault("scene", f"{name} 重复", f"repeats {name}")
        scenes[name] = one.word("persona", PERSONAS, default="none")
        one.done()
    if not scenes:
        raise form.fault("scene", "至少写明一个场景", "must name at least one scene")
    whole: dict[str, Any] = {
        "scene": [{"scene": name, "persona": persona} for name, persona in scenes.items()],
        "exits": _terms(form, "exits", default=_EXITS),
        "farewell": _both(form, "farewell", _FAREWELL),
        "crisis": _terms(form, "crisis"),
        "comfort": _both(form, "comfort", None),
        "crisis_hours": form.number("crisis_hours", 1, 24, default=1),
        "personas": _terms(form, "personas", default=()),
    }
    # Left out it stays left out, so that a body from before keeps its digest.
    if form.has("without_consent"):
        whole["without_consent"] = form.word("without_consent", WITHOUT_CONSENT)
    form.done()
    return whole


def _terms(form: Part, key: str, *, default: tuple[str, ...] | None = None) -> list[str]:
    if default is not None and (not form.has(key) or form.raw(key) == []):
        return sorted(default)
    return form.texts(key, longest=_LONGEST_TERM, most=_MOST_TERMS)


def _both(form: Part, key: str, default: Text | None) -> dict[str, str]:
    if default is not None and not form.has(key):
        return {"zh": default.zh, "en": default.en}
    said = form.both(key, longest=_LONGEST_TEXT)
    return {"zh": said.zh, "en": said.en}


_EXITS = ("退出", "结束", "结束对话", "停止", "再见", "exit", "quit", "stop", "bye", "goodbye")
_FAREWELL = Text(zh="已结束。随时可以回来。", en="Ended. You can come back at any time.")
