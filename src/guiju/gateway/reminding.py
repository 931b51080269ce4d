# SPDX-License-Identifier: Apache-2.0
"""What a reader is told beside an answer, at an interface that has no screen (Article 10).

In a stream it is an event of its own, in a whole answer it stands in `notices`, and the head of
either names the codes in `x-guiju-notice`: clients that know nothing of it go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guiju.kernel import Text
from guiju.minors import CURFEW, TIME_SPENT, Begun

NOTICE = "guiju.notice"
HEADER = b"x-guiju-notice"
PROVISIONAL = "minors.provisional"


def notice_of(code: str, language: str, begun: Begun | None = None) -> dict[str, Any]:
    """The extension event; `choices` is empty so that no client stumbles over it."""
    said = _SAID[code]
    minutes = 0 if begun is None else begun.minutes
    found: dict[str, Any] = {
        "object": NOTICE,
        "choices": [],
        "code": code,
        "notice": said.to(language).replace("{minutes}", str(minutes)),
    }
    if begun is not None:
        found["minutes"] = begun.minutes
        if begun.left is not None:
            found["minutes_left"] = begun.left
    return found


def said_by_operator(code: str, text: Text, language: str) -> dict[str, Any]:
    """The same with words of the operator's own."""
    return {"object": NOTICE, "choices": [], "code": code, "notice": text.to(language)}


_SAID: Mapping[str, Text] = {
    "minors.break": Text(
        zh="已连续使用 {minutes} 分钟，休息一下，看看远处。和你说话的是人工智能，不是人。",
        en="You have gone on for {minutes} minutes: take a break and look into the distance. "
        "You are talking to an AI, not to a person.",
    ),
    "companion.reminder": Text(
        zh="已连续使用 {minutes} 分钟。和你说话的是人工智能，不是人；可以随时停下。",
        en="You have gone on for {minutes} minutes. You are talking to an AI, not to a person; "
        "you can stop at any time.",
    ),
    TIME_SPENT: Text(
        zh="今天的使用时间到了，回答到此为止。监护人可在 /me/guardian 放宽。",
        en="Today's time is used up, so the answer ends here. A guardian can allow more at "
        "/me/guardian.",
    ),
    CURFEW: Text(
        zh="夜间时段开始，回答到此为止。监护人可在 /me/guardian 放宽。",
        en="The night begins, so the answer ends here. A guardian can allow more at /me/guardian.",
    ),
    "reliance.long": Text(
        zh="这是你要的提醒：今天用得比较久了。",
        en="You asked to be told: you have used this for long today.",
    ),
    "reliance.night": Text(
        zh="这是你要的提醒：最近几天常在夜里使用。",
        en="You asked to be told: you have often used this at night of late.",
    ),
    "reliance.often": Text(
        zh="这是你要的提醒：最近几乎每天都在使用。",
        en="You asked to be told: you have used this nearly every day of late.",
    ),
    PROVISIONAL: Text(
        zh="系统推断你可能未成年，已临时开启未成年人模式；如有误，可在 /me/minors 申诉，由人决定。",
        en="You were taken for a minor by inference, so the minors' mode is on for now; if that "
        "is wrong, appeal at /me/minors: a person decides.",
    ),
}
