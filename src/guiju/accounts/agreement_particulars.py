# SPDX-License-Identifier: Apache-2.0
"""Does the text of an agreement state what it must? Each particular, and the clause that states it.

The Labelling Measures (Article 8) want the method and style of labels, and that users are asked to
read that; the Measures (Article 9) the rights and duties of both sides. What is looked for is words
within one clause, in both languages: enough to refuse a text that forgot it, never enough to find
one good. Whether it is said well is for the two persons who read it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from guiju.kernel import Text
from guiju.measures import rule

_BEGINS = re.compile(r"\s*(?:(\d{1,3})\s*[.．、)）]|[一二三四五六七八九十]{1,3}、|[IVX]{1,5}\.)")


class Clause(NamedTuple):
    """A piece of the text that belongs together; `number` as it is written, or empty."""

    number: str
    words: str


class Particular(NamedTuple):
    """Something that an agreement states; `all` patterns must be met in one clause.

    `modality` is the kind of content without which it is not asked for.
    """

    id: str
    rule: str
    text: Text
    zh: tuple[str, ...]
    en: tuple[str, ...]
    modality: str | None = None

    @property
    def binds(self) -> bool:
        """Whether a text without it is refused: where the law says so and we have read that."""
        behind = rule(self.rule)
        return behind.verb.value == "shall" and behind.mark.value == "confirmed"


class Stated(NamedTuple):
    """Where a particular stands in each language: the clause's number, or None where it does not.

    A clause without a number is called by its beginning.
    """

    particular: Particular
    zh: str | None
    en: str | None

    @property
    def holds(self) -> bool:
        """Whether both languages state it."""
        return self.zh is not None and self.en is not None


_LABEL_ZH, _LABEL_EN = "标识|字样|标志", r"label|notice|words|sign|mark"
_STYLE_ZH = "开头|结尾|末尾|角|字样|位置|画面|声音|样式|形式|提示"
_STYLE_EN = r"start|end|corner|words|place|style|sound|picture|form"


def _style(modality: str, zh: str, en: str, words_zh: str, words_en: str) -> Particular:
    return Particular(
        f"label-style-{modality}",
        "agreement.states.label-style",
        Text(zh=f"{zh}标识的样式", en=f"style of labels on {en}"),
        (_LABEL_ZH, words_zh, _STYLE_ZH),
        (_LABEL_EN, words_en, _STYLE_EN),
        modality,
    )


PARTICULARS = (
    Particular(
        "label-visible",
        "agreement.states.label-method",
        Text(zh="显式标识的方法", en="method of the visible label"),
        ("标识|字样|提示", "显式|可见|看得见|显著|醒目|字样"),
        (r"label|words|sign|notice", r"visible|explicit|notable|words|seen"),
    ),
    Particular(
        "label-implicit",
        "agreement.states.label-method",
        Text(zh="隐式标识的方法", en="method of the implicit label"),
        ("标识", "隐式|元数据|文件数据"),
        (r"label|mark", r"implicit|metadata"),
    ),
    _style("text", "文本", "text", "文字|文本", r"\btexts?\b"),
    _style("images", "图片", "images", "图片|图像", r"images?|pictures?"),
    _style("audio", "音频", "audio", "音频|声音|语音", r"audio|sound|speech"),
    _style("video", "视频", "video", "视频|影片", r"videos?|films?"),
    Particular(
        "label-reading",
        "agreement.states.label-reading",
        Text(zh="提示阅读标识规定", en="asking to read what is said of labels"),
        ("标识", "阅读|理解|知悉"),
        (r"label", r"\bread\b|understand"),
    ),
    Particular(
        "duties-provider",
        "agreement.states.both-sides",
        Text(zh="提供者的权利义务", en="rights and duties of the provider"),
        ("我们|我方|提供者|本公司|甲方", "义务|责任|负责|承担|权利|保护|提供"),
        (r"\bwe\b|\bour\b|provider", r"dut|answer|liab|oblig|right|provide|protect|responsib"),
    ),
    Particular(
        "duties-user",
        "agreement.states.both-sides",
        Text(zh="使用者的权利义务", en="rights and duties of the user"),
        ("您|你|用户|使用者|乙方", "义务|责任|承担|权利|不得|应当|请勿|可以"),
        (r"\byour?\b|user", r"dut|liab|oblig|right|may|must|do not|responsib"),
    ),
    Particular(
        "ip-risk",
        "agreement.states.ip-risk",
        Text(zh="知识产权风险", en="risk about intellectual property"),
        ("知识产权|著作权|版权|侵权", "风险|侵权|责任|雷同|相同|近似"),
        (r"intellectual property|copyright|infring", r"risk|infring|liab|same|similar"),
    ),
    Particular(
        "training-choice",
        "agreement.states.training-choice",
        Text(zh="是否用于训练由使用者选择", en="that training use is the user's choice"),
        ("训练", "同意|关闭|选择|撤回"),
        (r"train", r"agree|consent|switch|choos|withdraw"),
    ),
)


def clauses(text: str) -> list[Clause]:
    """The text in pieces: each numbered clause or heading with the lines that follow it."""
    found: list[Clause] = []
    for line in text.splitlines():
        begins = _BEGINS.match(line)
        if begins or not found or not found[-1].words.strip():
            found.append(Clause((begins[1] or "") if begins else "", line))
        else:
            last = found[-1]
            found[-1] = last._replace(words=f"{last.words}\n{line}")
    return [one for one in found if one.words.strip()]


def stated(text: Text, modalities: Collection[str]) -> list[Stated]:
    """Where the text states each particular that a service with these kinds of content needs."""
    zh, en = clauses(text.zh), clauses(text.en)
    return [
        Stated(one, _where(zh, one.zh), _where(en, one.en))
        for one in PARTICULARS
        if one.modality is None or one.modality in modalities
    ]


def lacking(found: Collection[Stated]) -> Iterator[Text]:
    """What a text that is refused for it does not state, with the language that lacks it."""
    for one in found:
        if one.particular.binds and not one.holds:
            lacks = [name for name, where in (("zh", one.zh), ("en", one.en)) if where is None]
            said, tongue = one.particular.text, "、".join(lacks)
            yield Text(zh=f"{said.zh}（{tongue}）", en=f"{said.en} ({', '.join(lacks)})")


def same_clauses(before: Text, after: Text) -> bool:
    """Whether both have the same clauses by number and the same figures within each.

    What a change of words alone leaves as it is; else it is more than editorial.
    """
    return all(
        [_figures(one) for one in clauses(old)] == [_figures(one) for one in clauses(new)]
        for old, new in ((before.zh, after.zh), (before.en, after.en))
    )


def _figures(clause: Clause) -> tuple[str, list[str]]:
    return clause.number, re.findall(r"\d+", clause.words)


def _where(found: Collection[Clause], patterns: tuple[str, ...]) -> str | None:
    # A title or heading states nothing, where there are numbered clauses that can.
    for one in [clause for clause in found if clause.number] or found:
        if all(re.search(pattern, one.words, re.IGNORECASE) for pattern in patterns):
            return one.number or one.words.strip()[:12]
    return None
