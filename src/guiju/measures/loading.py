# SPDX-License-Identifier: Apache-2.0
"""Makes the law from the TOML files of the package and refuses whatever does not fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from guiju.kernel import Invalid
from guiju.measures.control_loading import load_controls, load_kinds
from guiju.measures.model import (
    Article,
    Control,
    Duty,
    ForeignObligation,
    Harm,
    Instrument,
    Law,
    Mark,
    Obligation,
    Operator,
    Rule,
    Status,
    Verb,
)
from guiju.measures.reading import ROOT, Entry, broken, collect, entries_of, nearest, read

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
    return collect(entries_of(root, "rules", "rule"), _rule)


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
