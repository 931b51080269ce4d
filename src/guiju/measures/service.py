# SPDX-License-Identifier: Apache-2.0
"""What neighbours ask of the law: the whole of it, one rule, and whether evidence fits its control.

The files are read once per process. Controls and kinds are read apart from the rest because every
`@enforces` needs them while the program starts; harms and rules because every policy does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from guiju.kernel import Invalid, NotFound, Text
from guiju.measures import control_loading, loading
from guiju.measures.model import Article, Control, Harm, Instrument, Kind, Law, Rule
from guiju.measures.reading import nearest


@cache
def controls() -> Mapping[str, Control]:
    """Every control by id."""
    return control_loading.load_controls()


@cache
def _kinds() -> Mapping[str, Kind]:
    return control_loading.load_kinds()


@cache
def _risks() -> loading.Harms:
    return loading.load_harms()


@cache
def _rules() -> Mapping[str, Rule]:
    return loading.load_rules()


def harms() -> Mapping[str, Harm]:
    """The 31 harms by id: all that policies and lexicons need of the law."""
    return _risks().harms


@cache
def law() -> Law:
    """The law as data: the same object for the whole process."""
    return loading.load_law(controls=controls(), risks=_risks(), rules=_rules())


def rule(name: str) -> Rule:
    """The legal number with this id, e.g. `rule("labels.log-retention.months").number`.

    Raises:
        NotFound: `unknown-rule`, with the most similar id.
    """
    rules = _rules()
    if name in rules:
        return rules[name]
    hint = nearest(name, rules)
    raise NotFound(
        "unknown-rule",
        Text(zh=f"没有规则 {name}{hint[0]}。", en=f"There is no rule {name}{hint[1]}."),
        Text(zh="运行 guiju law rules 查看全部。", en="See all with guiju law rules."),
    )


def article(number: int) -> Article:
    """Article `number` of the Measures; raises Invalid `unknown-article`."""
    articles = law().articles
    if number in articles:
        return articles[number]
    last = len(articles)
    raise Invalid(
        "unknown-article",
        Text(zh=f"办法没有第{number}条。", en=f"The Measures have no article {number}."),
        Text(zh=f"请给出 1 到 {last} 之间的条号。", en=f"Give a number from 1 to {last}."),
        param="article",
    )


def instrument(name: str) -> Instrument:
    """The instrument with this id; raises Invalid `unknown-instrument`."""
    instruments = law().instruments
    if name in instruments:
        return instruments[name]
    hint = nearest(name, instruments)
    raise Invalid(
        "unknown-instrument",
        Text(zh=f"没有文件 {name}{hint[0]}。", en=f"There is no instrument {name}{hint[1]}."),
        Text(zh=f"可用：{'、'.join(instruments)}。", en=f"Known are {', '.join(instruments)}."),
        param="instrument",
    )


def require_kind(kind: str, names: Sequence[str]) -> None:
    """Pass when evidence of this kind may name all of these controls.

    Raises:
        Invalid: `evidence-kind-not-listed`, when no control is named, one does not exist, or
            one does not list the kind.
    """
    _require_kind(kind, tuple(names))


@lru_cache(maxsize=4096)
def _require_kind(kind: str, names: tuple[str, ...]) -> None:
    known = _kinds().get(kind)
    if known is None:
        raise _not_listed(kind, "", *nearest(kind, _kinds()))
    if not names:
        raise _not_listed(kind, "", "，且未指明控制", ", and no control is named")
    for name in names:
        control = controls().get(name)
        if control is None:
            raise _not_listed(kind, name, *nearest(name, controls()))
        if not known.general and kind not in control.evidence:
            listed = ", ".join(control.evidence)
            raise _not_listed(kind, name, f"（它列出 {listed}）", f" (it lists {listed})")


def _not_listed(kind: str, control: str, zh: str, en: str) -> Invalid:
    of_zh, of_en = (
        (f"控制 {control} ", f"Control {control} ") if control else ("法规数据", "The law data ")
    )
    return Invalid(
        "evidence-kind-not-listed",
        Text(zh=f"{of_zh}没有列出证据种类 {kind}{zh}。", en=f"{of_en}does not list {kind}{en}."),
        Text(
            zh="请在 measures/controls/ 中登记，或改用已列出的种类。",
            en="List it in measures/controls/, or use a kind that is listed.",
        ),
    )
