# SPDX-License-Identifier: Apache-2.0
"""The `complaints` part of a policy's body: what the public is promised (Articles 15 and 18).

Left out, nothing is promised, and the standing says so: complaints are taken up all the same. So a
body that was approved before the part existed keeps its digest.
"""

from __future__ import annotations

import re
from typing import Any

from guiju.kernel import Text
from guiju.policies.part import Part

WAYS = ("phone", "mail", "address")
WAY_WORDS = {
    "phone": Text(zh="电话", en="Telephone"),
    "mail": Text(zh="电子邮件", en="E-mail"),
    "address": Text(zh="信函或来访", en="Post or in person"),
}
_MOST_DAYS = 366
_MOST = 20
_ADDRESS = 300
_LONGEST = 4_000
_LOOKS = {
    "phone": re.compile(r"\+?[0-9][0-9 ()-]{2,30}"),
    "mail": re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+"),
    "address": re.compile(r"(?s).+"),
}
_LINK = re.compile(r"https?://[^\s\"'<>\\]+")


def complaints(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    if not top.has("complaints"):
        return {}
    form = top.form("complaints")
    said = form.both("process", longest=_LONGEST)
    whole: dict[str, Any] = {"process": {"zh": said.zh, "en": said.en}}
    for name, default in (
        ("acceptance_days", None),
        ("feedback_days", None),
        ("answer_days", 10),
        ("reopen_days", 10),
        ("access_days", 180),
    ):
        whole[name] = form.number(name, 1, _MOST_DAYS, default=default)
    if whole["feedback_days"] < whole["acceptance_days"]:
        raise form.fault(
            "feedback_days", "不应短于受理时限", "is shorter than the limit of acceptance"
        )
    whole["channel"] = [_channel(one) for one in form.forms("channel", most=_MOST)]
    whole["authority"] = [_authority(one) for one in form.forms("authority", most=_MOST)]
    if not whole["authority"]:
        raise form.fault(
            "authority",
            "至少写明一个主管部门的渠道",
            "must name at least one authority",
            Text(
                zh="第十八条：使用者有权向主管部门投诉、举报。",
                en="Article 18 lets users turn to the authorities.",
            ),
        )
    form.done()
    return {"complaints": whole}


def _channel(form: Part) -> dict[str, str]:
    kind = form.word("kind", WAYS)
    at = form.text("at", longest=_ADDRESS)
    form.done()
    if not _LOOKS[kind].fullmatch(at):
        raise form.fault("at", f"不像 {kind} 的地址", f"does not look like a way by {kind}")
    return {"kind": kind, "at": at}


def _authority(form: Part) -> dict[str, Any]:
    name = form.both("name", longest=_ADDRESS)
    found: dict[str, Any] = {"name": {"zh": name.zh, "en": name.en}}
    for key in ("phone", "link"):
        if form.has(key):
            found[key] = form.text(key, longest=_ADDRESS)
    form.done()
    if not {"phone", "link"} & found.keys():
        raise form.fault("phone", "须有电话或网址", "or a link must be given")
    if "phone" in found and not _LOOKS["phone"].fullmatch(found["phone"]):
        raise form.fault("phone", "不像电话号码", "does not look like a number")
    if "link" in found and not _LINK.fullmatch(found["link"]):
        raise form.fault("link", "应为 http(s) 网址", "must be an http(s) address")
    return found
