# SPDX-License-Identifier: Apache-2.0
"""`guiju law`: the Measures as data, and the standing computed from evidence."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, runtime_checkable

import click
import msgspec

from guiju.kernel import Text, Unavailable
from guiju.measures import exposition, service
from guiju.measures.model import Mark
from guiju.measures.outcome import Outcome
from guiju.measures.standing import Report

F = TypeVar("F", bound=Callable[..., Any])


@runtime_checkable
class StandingSource(Protocol):
    """What `app` puts into the click context as `obj`: a way to the ledger that we do not know."""

    def standing(self, window_days: int = 30) -> Report:
        """The standing now: `Standing(law())` fed with every leaf, asked with live signals."""
        ...


def _language() -> str:
    named = (os.environ.get(one, "") for one in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, named), "").startswith("zh") else "en"


def _options(command: F) -> F:
    """The two options every reading command of this group takes."""
    lang = click.option(
        "--lang", type=click.Choice(["zh", "en"]), default=_language, help="Language of the text."
    )
    return lang(click.option("--json", "as_json", is_flag=True, help="One JSON document.")(command))


def _put(value: object, lines: list[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
    else:
        click.echo("\n".join(lines))


@click.group(name="law")
def group() -> None:
    """The Measures, article by article, and how each stands."""


@group.command(name="list")
@_options
def list_(lang: str, *, as_json: bool) -> None:
    """All 24 articles: whom each binds and which controls serve it."""
    law = service.law()
    _put(exposition.articles(law), exposition.articles_text(law, lang), as_json=as_json)


@group.command()
@click.argument("article", type=int)
@_options
def show(article: int, lang: str, *, as_json: bool) -> None:
    """ARTICLE with its obligations, its controls and what other instruments add."""
    law, one = service.law(), service.article(article)
    _put(exposition.article(law, one), exposition.article_text(law, one, lang), as_json=as_json)


@group.command()
@click.option("--window", "window_days", type=click.IntRange(1, 3660), default=30, metavar="DAYS")
@_options
@click.pass_context
def standing(context: click.Context, window_days: int, lang: str, *, as_json: bool) -> None:
    """How each article stands by the evidence of the last DAYS (exit 1: something is not met)."""
    source = context.obj
    if not isinstance(source, StandingSource):
        raise _no_ledger()
    report = source.standing(window_days)
    _put(report, exposition.standing_text(report, lang), as_json=as_json)
    negative = {Outcome.NOT_MET.name, Outcome.CHECK_ERROR.name}
    context.exit(int(any(one["outcome"] in negative for one in report["articles"])))


@group.command()
@click.option("--instrument", help="Only rules of this instrument, e.g. gb45654.")
@click.option("--mark", type=click.Choice([one.value for one in Mark]), help="How well confirmed.")
@_options
def rules(instrument: str | None, mark: str | None, lang: str, *, as_json: bool) -> None:
    """Every legal number with its source and how well it is confirmed."""
    law = service.law()
    if instrument is not None:
        service.instrument(instrument)
    chosen = [
        one
        for one in law.rules.values()
        if instrument in {None, one.instrument} and mark in {None, one.mark.value}
    ]
    _put(exposition.rules(chosen), exposition.rules_text(chosen, lang), as_json=as_json)


def _no_ledger() -> Unavailable:
    return Unavailable(
        "ledger-not-open",
        Text(
            zh="没有打开账本，无法计算现状。", en="No ledger is open, so nothing can be computed."
        ),
        Text(
            zh="请用 guiju law standing 并给出 --data。", en="Run guiju law standing with --data."
        ),
    )
