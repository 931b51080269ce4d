# SPDX-License-Identifier: Apache-2.0
"""A verdict in words, for whoever reviews it (Article 4): what was found, how, and what follows."""

from __future__ import annotations

from collections.abc import Mapping

from guiju.kernel import Text
from guiju.measures import harms
from guiju.screening.model import FULL, Finding, Outcome, Verdict

_OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.PASS: Text(zh="放行", en="to be delivered"),
    Outcome.MASK: Text(zh="遮盖", en="to be starred out"),
    Outcome.REVIEW: Text(zh="人工复核", en="to be reviewed by a person"),
    Outcome.REFUSE: Text(zh="拒绝并答复", en="to be refused with an answer"),
    Outcome.BLOCK: Text(zh="阻断", en="to be blocked"),
}
_DETECTORS: Mapping[str, Text] = {
    "lexicon": Text(zh="词库", en="the lexicon"),
    "personal": Text(zh="个人信息识别", en="the search for personal information"),
    "classifier": Text(zh="分类器", en="the classifier"),
}
_VIEWS: Mapping[str, Text] = {
    "raw": Text(zh="原样出现", en="as the rule writes it"),
    "folded": Text(
        zh="去除写法差异（全半角、大小写、繁简、零宽字符等）后可见",
        en="seen once width, case, traditional forms and unseen characters are evened out",
    ),
    "squeezed": Text(
        zh="去除间隔符与重复后可见", en="seen once separators and repetition are taken out"
    ),
    "homophone": Text(
        zh="按读音可见（谐音），而这些字平常不这样连写（或词条指明按读音查）",
        en="seen by its sound (homophones), written as ordinary text hardly ever writes (or the "
        "entry asks for the sound)",
    ),
    "pinyin": Text(
        zh="按拼音可见，且不是常见的外文词或网址（或词条指明按拼音查）",
        en="seen once syllables are spelt in letters, and no usual word or address (or the entry "
        "asks for letters)",
    ),
    "split": Text(zh="拆字还原后可见", en="seen once split characters are put together"),
}
_GUARD = "guard:"


def explain(verdict: Verdict, language: str, text: str | None = None) -> list[str]:
    """The verdict in sentences; what was found is shown only if `text`, which was judged, is given.

    Whoever calls it with the text must have put the reading on record.
    """
    said = [_summary(verdict, language)]
    said += [_sentence(one, language, text) for one in verdict.findings]
    if verdict.found > len(verdict.findings):
        left = Text(
            zh=f"另有 {verdict.found - len(verdict.findings)} 处命中未逐一列出。",
            en=f"{verdict.found - len(verdict.findings)} more hits are not listed one by one.",
        )
        said.append(left.to(language))
    return said


def _summary(verdict: Verdict, language: str) -> str:
    if verdict.screened != FULL:
        return Text(
            zh=f"未完成审查（{verdict.screened}）：不视为通过。",
            en=f"It was not screened in full ({verdict.screened}), which is never a pass.",
        ).to(language)
    count, outcome = max(verdict.found, len(verdict.findings)), _OUTCOMES[verdict.outcome]
    return Text(
        zh=f"审查了 {verdict.covered} 个字符，命中 {count} 处；结论：{outcome.zh}。",
        en=f"{verdict.covered} characters were judged, with {count} hits: {outcome.en}.",
    ).to(language)


def _sentence(found: Finding, language: str, text: str | None) -> str:
    harm, detector = _harm(found.harm), _detector(found.detector)
    view, outcome = _VIEWS.get(found.view), _OUTCOMES[found.outcome]
    shown = Text("", "")
    if text is not None:
        quoted = text[found.start : found.end]
        shown = Text(zh=f"“{quoted}”", en=f' "{quoted}"')
    return Text(
        zh=f"第 {found.start + 1} 至 {found.end} 个字符{shown.zh}：{detector.zh}规则 {found.rule}，"
        f"{harm.zh}（{found.harm}），{_seen(view, found).zh}；{_decided(found).zh}{outcome.zh}。",
        en=f"Characters {found.start + 1} to {found.end}{shown.en}: {detector.en}, rule "
        f"{found.rule}, for {harm.en} ({found.harm}), {_seen(view, found).en}; "
        f"{_decided(found).en}{outcome.en}.",
    ).to(language)


def _decided(found: Finding) -> Text:
    """Who says what is to be done: the rule itself, or a named rule of the operator."""
    if found.by is None:
        return Text(zh="要求：", en="")
    return Text(zh=f"处置规则 {found.by} 决定：", en=f"by the named rule {found.by} ")


def _seen(view: Text | None, found: Finding) -> Text:
    """How it was seen; what is not certain says how sure it is."""
    if view is not None and found.detector in {"lexicon", "personal"}:
        return view
    share = f"{found.score / 10:.1f} %"
    return Text(zh=f"把握 {share}", en=f"{share} sure")


def _detector(name: str) -> Text:
    if name.startswith(_GUARD):
        model = name.removeprefix(_GUARD)
        return Text(zh=f"护栏模型 {model} 的", en=f"the guard model {model}")
    return _DETECTORS.get(name, Text(zh=name, en=name))


def _harm(number: str) -> Text:
    harm = harms().get(number)
    return Text(zh="未知类别", en="a harm nobody knows") if harm is None else harm.text
