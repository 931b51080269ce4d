# SPDX-License-Identifier: Apache-2.0
"""Makes the law from the TOML files of the package and refuses whatever does not fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar

from guiju.kernel import Invalid
from guiju.measures.model import (
    Article,
    Cadence,
    Check,
    CheckType,
    Condition,
    Control,
    Duty,
    ForeignObligation,
    Harm,
    How,
    Instrument,
    Kind,
    Law,
    Mark,
    Obligation,
    Op,
    Operator,
    Rule,
    State,
    Status,
    Verb,
)
from guiju.measures.reading import Entry, broken, nearest, read

ROOT = Path(__file__).parent


class Named(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """The id."""
        ...


T = TypeVar("T", bound=Named)


def collect(entries: Iterable[Entry], make: Callable[[Entry], T]) -> dict[str, T]:
    """Every entry made into a value, by id; an id may stand only once."""
    found: dict[str, T] = {}
    for entry in entries:
        value = make(entry)
        entry.done()
        if value.id in found:
            raise entry.fault(f"编号 {value.id} 重复", f"the id {value.id} stands twice")
        found[value.id] = value
    return found


def _all(root: Path, folder: str, table: str) -> Iterable[Entry]:
    for path in sorted((root / folder).glob("*.toml")):
        file = read(path, root)
        yield from file.entries(table)
        file.done()


# -- controls and evidence ---------------------------------------------------------------------


def load_controls(root: Path = ROOT) -> dict[str, Control]:
    """Every control by id, from `controls/<room>.toml`."""
    return collect(_all(root, "controls", "control"), _control)


def load_kinds(root: Path = ROOT) -> dict[str, Kind]:
    """Every kind of evidence by id, from `evidence.toml`."""
    file = read(root / "evidence.toml", root)
    kinds = collect(file.entries("kind"), _kind)
    file.done()
    return kinds


def _control(entry: Entry) -> Control:
    control = Control(
        id=entry.text("id"),
        serves=entry.names("serves"),
        how=entry.word("how", How),
        state=entry.word("state", State),
        room=entry.text("room"),
        evidence=entry.names("evidence"),
        cadence=entry.word("cadence", Cadence),
        valid_days=entry.take("valid_days", int),
        title=entry.title("title"),
        what=entry.title("what"),
        docs=entry.text("docs"),
        check=_check(entry),
    )
    _control_holds_together(entry, control)
    return control


def _control_holds_together(entry: Entry, control: Control) -> None:
    file = entry.where.split(",", 1)[0]
    if file != f"controls/{control.room}.toml":
        raise entry.fault(
            f"房间 {control.room} 的控制应在 controls/{control.room}.toml 中",
            f"a control of the room {control.room} belongs into controls/{control.room}.toml",
        )
    if control.valid_days < 1:
        raise entry.fault("valid_days 至少为 1", "valid_days must be at least 1")
    if control.check is None and control.state is not State.PLANNED:
        raise entry.fault("没有 check", f"a control that is {control.state} needs a check")


def _check(entry: Entry) -> Check | None:
    table = entry.take("check", dict, needed=False)
    if table is None:
        return None
    inner = Entry(table, f"{entry.where}, check")
    check = Check(
        type=inner.word("type", CheckType),
        kinds=inner.names("kinds", needed=False),
        when=tuple(_condition(one) for one in inner.entries("when", needed=False)),
        holds=tuple(_condition(one) for one in inner.entries("holds", needed=False)),
        named=inner.take("named", bool, needed=False) or False,
        signal=inner.take("signal", str, needed=False),
    )
    inner.done()
    _check_can_fail(inner, check)
    return check


def _check_can_fail(entry: Entry, check: Check) -> None:
    lacks = {
        CheckType.EACH: not check.kinds or not check.holds,
        CheckType.PRESENT: not check.kinds,
        CheckType.SIGNAL: not check.signal,
        CheckType.ATTESTED: False,
    }
    if lacks[check.type]:
        raise entry.fault(
            f"{check.type} 检查缺少 kinds、holds 或 signal，永远不会失败",
            f"a check of type {check.type} without kinds, holds or signal could never fail",
        )


def _condition(entry: Entry) -> Condition:
    op = entry.word("op", Op)
    value = entry.take("value", (str, int, list, bool), needed=op not in _ALONE)
    if op in _ALONE and value is not None:
        raise entry.fault(f"{op} 不带 value", f"{op} takes no value")
    if wanted := _VALUES.get(op):
        value = entry.take("value", wanted)
    condition = Condition(entry.text("fact"), op, tuple(value) if op is Op.IN else value)
    entry.done()
    return condition


_ALONE = {Op.PRESENT, Op.ABSENT}
_VALUES: Mapping[Op, type] = {
    Op.IN: list,
    Op.INCLUDES: str,
    Op.AT_LEAST: int,
    Op.SAME_AS: str,
    Op.DIFFERS_FROM: str,
}


def _kind(entry: Entry) -> Kind:
    return Kind(
        id=entry.text("id"),
        text=entry.here(),
        facts=entry.names("facts", needed=False),
        general=entry.take("general", bool, needed=False) or False,
    )


# -- the Measures and the other instruments ------------------------------------------------------


def load_articles(root: Path = ROOT) -> dict[int, Article]:
    """The articles of the Measures by number, from `instruments/order15/articles/`."""
    folder = root / "instruments" / "order15" / "articles"
    articles = [_article(read(path, root)) for path in sorted(folder.glob("*.toml"))]
    for number, article in enumerate(articles, start=1):
        if article.number != number:
            raise broken(
                "instruments/order15/articles",
                f"缺少第{number}条",
                f"article {number} is missing, article {article.number} stands in its place",
            )
    return {one.number: one for one in articles}


def _article(file: Entry) -> Article:
    number = file.take("article", int)
    make = _obligation_of(number)
    article = Article(
        number=number,
        chapter=file.take("chapter", int),
        title=file.title("title"),
        obligations=tuple(collect(file.entries("obligation"), make).values()),
    )
    file.done()
    return article


def _obligation_of(article: int) -> Callable[[Entry], Obligation]:
    def make(entry: Entry) -> Obligation:
        id_ = entry.text("id")
        if not id_.startswith(f"{article}."):
            raise entry.fault(f"编号应以 {article}. 开头", f"its id must begin with {article}.")
        return Obligation(
            id=id_,
            article=article,
            paragraph=entry.take("paragraph", int),
            item=entry.take("item", str, needed=False),
            duty=entry.word("duty", Duty),
            text=entry.here(),
            needs_when=entry.both("needs_when", needed=False),
        )

    return make


def load_instruments(root: Path = ROOT) -> dict[str, Instrument]:
    """Every instrument by id, from `instruments/<id>/instrument.toml`."""
    paths = sorted((root / "instruments").glob("*/instrument.toml"))
    return collect((read(path, root) for path in paths), _instrument)


def _instrument(file: Entry) -> Instrument:
    id_ = file.text("id")
    if file.where != f"instruments/{id_}/instrument.toml":
        raise file.fault(f"编号 {id_} 与目录不符", f"the id {id_} is not the name of its folder")
    obligations = collect(file.entries("obligation", needed=False), _foreign)
    return Instrument(
        id=id_,
        title=file.title("title"),
        number=file.text("number"),
        issuers=file.names("issuers"),
        promulgated=file.date("promulgated", needed=False),
        in_force=file.date("in_force", needed=False),
        status=file.word("status", Status),
        mark=file.word("mark", Mark),
        obligations=tuple(obligations.values()),
    )


def _foreign(entry: Entry) -> ForeignObligation:
    return ForeignObligation(
        id=entry.text("id"),
        clause=entry.text("clause"),
        duty=entry.word("duty", Duty),
        controls=entry.names("controls", needed=False),
        text=entry.here(),
        mark=entry.word("mark", Mark),
    )


# -- numbers and harms -------------------------------------------------------------------------


def load_rules(root: Path = ROOT) -> dict[str, Rule]:
    """Every legal number by id, from `rules/*.toml`."""
    return collect(_all(root, "rules", "rule"), _rule)


def _rule(entry: Entry) -> Rule:
    return Rule(
        id=entry.text("id"),
        value=entry.take("value", (int, str)),
        operator=entry.word("operator", Operator),
        unit=entry.text("unit"),
        instrument=entry.text("instrument"),
        clause=entry.text("clause"),
        in_force=entry.date("in_force", needed=False),
        verb=entry.word("verb", Verb),
        mark=entry.word("mark", Mark),
        verified_by=entry.take("verified_by", str),
        verified_on=entry.date("verified_on", needed=False),
        text=entry.here(),
        why=entry.both("why", needed=False),
        applies=entry.take("applies", str, needed=False),
    )


class Harms(NamedTuple):
    """The 31 harms by id, and the named slices of them."""

    harms: Mapping[str, Harm]
    slices: Mapping[str, tuple[str, ...]]


def load_harms(root: Path = ROOT) -> Harms:
    """The harms and their slices, from `harms.toml`."""
    file = read(root / "harms.toml", root)
    harms = collect(file.entries("harm"), _harm)
    slices: dict[str, tuple[str, ...]] = {}
    for entry in file.entries("slice"):
        members = entry.names("harms")
        known(entry.where, "harm", members, harms)
        slices[entry.text("id")] = members
        entry.done()
    file.done()
    return Harms(MappingProxyType(harms), MappingProxyType(slices))


def _harm(entry: Entry) -> Harm:
    harm_class = entry.text("class")
    harm = Harm(entry.text("id"), harm_class, entry.here(), entry.word("mark", Mark))
    if not harm.id.startswith(harm_class):
        raise entry.fault(f"{harm.id} 不属于 {harm_class}", f"{harm.id} is not of {harm_class}")
    return harm


# -- the whole ---------------------------------------------------------------------------------


def known(where: str, what: str, names: Iterable[str], there: Mapping[str, object]) -> None:
    """Raise for the first of `names` that is not `there`, with the most similar known one."""
    for name in names:
        if name not in there:
            raise unknown(where, what, name, there)


def unknown(where: str, what: str, name: str, there: Iterable[str]) -> Invalid:
    """The error for a reference that leads nowhere."""
    hint = nearest(name, there)
    return broken(where, f"没有 {what} {name}{hint[0]}", f"there is no {what} {name}{hint[1]}")


def load_law(
    root: Path = ROOT,
    controls: Mapping[str, Control] | None = None,
    risks: Harms | None = None,
    rules: Mapping[str, Rule] | None = None,
) -> Law:
    """The whole law, of which parts may have been loaded before.

    Raises:
        Invalid: `law-data-broken`, at the first thing that does not fit.
    """
    risks = load_harms(root) if risks is None else risks
    law = Law(
        instruments=MappingProxyType(load_instruments(root)),
        articles=MappingProxyType(load_articles(root)),
        controls=MappingProxyType(dict(load_controls(root) if controls is None else controls)),
        kinds=MappingProxyType(load_kinds(root)),
        rules=MappingProxyType(dict(load_rules(root) if rules is None else rules)),
        harms=risks.harms,
        slices=risks.slices,
    )
    _fits_together(law)
    return law


def _fits_together(law: Law) -> None:
    for control in law.controls.values():
        where = f"controls/{control.room}.toml, control {control.id}"
        known(where, "obligation", control.serves, law.obligations)
        known(where, "evidence kind", control.evidence, law.kinds)
        if control.check is not None:
            known(where, "evidence kind", control.check.kinds, law.kinds)
    for instrument in law.instruments.values():
        for foreign in instrument.obligations:
            where = f"instruments/{instrument.id}/instrument.toml, obligation {foreign.id}"
            known(where, "control", foreign.controls, law.controls)
    for rule in law.rules.values():
        known(f"rules, rule {rule.id}", "instrument", (rule.instrument,), law.instruments)
