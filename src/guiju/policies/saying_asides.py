# SPDX-License-Identifier: Apache-2.0
"""The parts of a policy that take a sentence each: streams, pictures, triage, urgent terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from guiju.kernel import Text
from guiju.policies.saying import Table
from guiju.policies.words import ACTIONS, MODES, SCOPES, listed

STREAMS = Text(zh="流式输出", en="Streams")
PICTURES = Text(zh="图片", en="Pictures")
URGENT = Text(zh="紧急词条", en="Urgent terms")
TRIAGE = Text(zh="分类器（分流）", en="Classifier (triage)")


def stream_said(screening: Table) -> Text | None:
    """How answers are delivered where passages are judged; None when nothing is said of it."""
    one = screening.get("stream")
    if one is None:
        return None
    mode, whole = MODES[one["mode"]], one["whole"]
    return Text(
        zh=f"{mode.zh}；每段至多 {one['window']} 字；结束时{'再审' if whole else '不再审'}全文",
        en=f"{mode.en}; passages of at most {one['window']} characters; "
        f"the whole is {'' if whole else 'not '}judged again at the end",
    )


def pictures_said(screening: Table) -> Text | None:
    """What must look at a picture; None when nothing is said of it."""
    one = screening.get("images")
    if one is None:
        return None
    parts, action = ", ".join(one["require"]), ACTIONS[one["unscreened"]]
    model = f"; {one['vision']['name']}" if "vision" in one else ""
    return Text(
        zh=f"须由 {parts} 看过{model}；未能看全则{action.zh}",
        en=f"{parts} must look{model}; {action.en} where one could not",
    )


def classifier_said(screening: Table) -> Text | None:
    """What the embedded classifier is asked about; None when it is not."""
    one = screening.get("classifier")
    if one is None:
        return None
    parts = [listed(SCOPES[way] for way in one["directions"]), *_thresholds(one)]
    if "artefact" in one:
        mark = one["artefact"][:16]
        parts.append(Text(zh=f"模型 {mark}…", en=f"artefact {mark}…"))
    return Text(zh="；".join(part.zh for part in parts), en="; ".join(part.en for part in parts))


def _thresholds(one: Table) -> Iterable[Text]:
    if "review_from" in one:
        least = one["review_from"]
        yield Text(zh=f"{least}‰ 起送审", en=f"review from {least} ‰")
    else:
        yield Text(zh="按训练时选定的阈值送审", en="review from where its training set it")
    if "block_from" in one:
        least, names = one["block_from"], ", ".join(one["with_rule"])
        yield Text(
            zh=f"{least}‰ 起且另有规则命中（{names}）时阻断",
            en=f"block from {least} ‰ where a rule is also met ({names})",
        )


def urgent_said(screening: Table) -> Text | None:
    """How long an urgent term stands unconfirmed; None when nothing is said of it."""
    one = screening.get("urgent")
    if one is None:
        return None
    hours = one["hours"]
    return Text(
        zh=f"须在 {hours} 小时内由另一人确认，否则失效",
        en=f"lapse unless another person confirms them within {hours} hours",
    )


class Aside(NamedTuple):
    """A part that is said in a sentence."""

    head: Text
    said: Text

    @property
    def line(self) -> Text:
        """Head and sentence in one."""
        return Text(zh=f"{self.head.zh}：{self.said.zh}", en=f"{self.head.en}: {self.said.en}")


def asides(screening: Table) -> list[Aside]:
    """Each of these parts of which the policy says something."""
    said = (
        (STREAMS, stream_said(screening)),
        (PICTURES, pictures_said(screening)),
        (URGENT, urgent_said(screening)),
        (TRIAGE, classifier_said(screening)),
    )
    return [Aside(head, words) for head, words in said if words is not None]
