# SPDX-License-Identifier: Apache-2.0
"""`guiju ledger`: check the evidence, prove it, hand it over, have it stamped (Article 19)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import click
import msgspec

from guiju.kernel import Text, Unavailable, isoformat, software
from guiju.ledger import exporting, proving, publishing, service, signing, verifying
from guiju.ledger.bundlecheck import cores
from guiju.ledger.model import VerifyReport
from guiju.ledger.notes import encode
from guiju.ledger.verify_bundle import CANNOT
from guiju.storage import Database

F = TypeVar("F", bound=Callable[..., Any])


@runtime_checkable
class LedgerSource(Protocol):
    """What `app` puts into the click context as `obj`."""

    @property
    def database(self) -> Database:
        """The open database."""
        ...

    @property
    def tiles(self) -> Path:
        """The folder of published files."""
        ...


def _language() -> str:
    named = (os.environ.get(one, "") for one in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, named), "").startswith("zh") else "en"


_lang = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default=_language, help="Language of the text."
)


def _options(command: F) -> F:
    """The two options every reading command of this group takes."""
    return _lang(
        click.option("--json", "as_json", is_flag=True, help="One JSON document.")(command)
    )


def _put(value: object, lines: list[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
    else:
        click.echo("\n".join(lines))


def _source(context: click.Context) -> LedgerSource:
    if isinstance(context.obj, LedgerSource):
        return context.obj
    raise Unavailable(
        "ledger-not-open",
        Text(zh="没有打开账本。", en="No ledger is open."),
        Text(zh="请用 guiju ledger 并给出 --data。", en="Run guiju ledger with --data."),
    )


@click.group(name="ledger")
def group() -> None:
    """The evidence: check it, prove it, hand it over."""


@group.command()
@_options
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    default=cores,
    show_default="all cores",
    help="How many to use.",
)
@click.pass_context
def verify(context: click.Context, lang: str, processes: int, *, as_json: bool) -> None:
    """Check every entry, checkpoint, file and row (exit 1: something does not hold)."""
    source = _source(context)
    report = verifying.verify(source.database, source.tiles, _progress, processes)
    problems = [{"where": one.where, "what": one.what.to(lang)} for one in report.problems]
    value = {"ok": report.ok, "size": report.size, "root": report.root, "problems": problems}
    _put(value, _report_lines(report, lang), as_json=as_json)
    context.exit(0 if report.ok else 1)


def _report_lines(report: VerifyReport, lang: str) -> list[str]:
    lines = [f"{one.where}: {one.what.to(lang)}" for one in report.problems]
    verdict = (
        Text(zh="{n} 条证据全部相符，根 {root}。", en="All {n} leaves hold, root {root}.")
        if report.ok
        else Text(
            zh="{n} 条证据中发现 {p} 个问题。", en="{p} problems were found among {n} leaves."
        )
    )
    told = verdict.format(n=report.size, root=report.root, p=len(report.problems))
    return [*lines, told.to(lang), CANNOT[lang != "zh"]]


def _progress(done: int, whole: int) -> None:
    """A line that overwrites itself on a terminal; nothing otherwise."""
    if sys.stderr.isatty():
        click.echo(f"\r{done}/{whole}", err=True, nl=done == whole)


@group.command()
@click.argument("entry", metavar="ID_OR_INDEX")
@_options
@click.pass_context
def prove(context: click.Context, entry: str, lang: str, *, as_json: bool) -> None:
    """The proof that one piece of evidence stands under the published checkpoint."""
    source = _source(context)
    with source.database.read() as tx:
        proof = proving.prove(tx, entry, source.tiles)
    told = Text(
        zh="位置 {i}，在检查点 {n} 之下，根 {root}，已核对。",
        en="Position {i} under checkpoint {n}, root {root}; checked.",
    ).format(i=proof.index, n=proof.checkpoint.size, root=encode(proof.checkpoint.root))
    steps = [encode(one) for one in proof.hashes]
    _put(proof.as_json(), [told.to(lang), *steps, proof.leaf.decode()], as_json=as_json)


@group.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new folder.")
@click.option(
    "--since",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An earlier checkpoint that the inspector holds.",
)
@_options
@click.pass_context
def export(
    context: click.Context,
    ids: tuple[str, ...],
    out: Path,
    since: Path | None,
    lang: str,
    *,
    as_json: bool,
) -> None:
    """A bundle that can be checked without guiju: the named evidence, or the whole ledger."""
    source = _source(context)
    publishing.publish(source.database, source.tiles)
    held = None if since is None else _text_of(since)
    exporting.export(source.database, source.tiles, out, ids or None, since=held)
    told = Text(
        zh=f"已写入 {out}；核验：python {out}/verify_bundle.py {out}",
        en=f"Written to {out}; check it with python {out}/verify_bundle.py {out}",
    )
    _put({"out": str(out)}, [told.to(lang)], as_json=as_json)


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@group.command()
@_options
@click.pass_context
def checkpoint(context: click.Context, lang: str, *, as_json: bool) -> None:
    """The newest signed checkpoint and the key to check it by."""
    source = _source(context)
    service.integrate(source.database)
    with source.database.read() as tx:
        newest = service.checkpoint(tx)
        keys = [key.line for key in signing.verifier_keys(tx)]
    if newest is None:
        raise proving.no_checkpoint()
    value = {
        "size": newest.size,
        "root": encode(newest.root),
        "at": isoformat(newest.at),
        "note": newest.note,
        "keys": keys,
    }
    title = Text(zh="验证公钥：", en="Verifier key:").to(lang)
    _put(value, [newest.note, *(f"{title} {line}" for line in keys)], as_json=as_json)


@group.command()
@click.option("--tsa", required=True, metavar="URL", help="The authority's address.")
@click.option(
    "--tsa-root",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="PEM file with the authority's root certificates, to check its signature.",
)
@_options
@click.pass_context
def stamp(
    context: click.Context, tsa: str, tsa_root: Path | None, lang: str, *, as_json: bool
) -> None:
    """Have a time-stamp authority (RFC 3161) stamp the newest checkpoint."""
    from guiju.ledger import stamping  # noqa: PLC0415 - certificates take long to load

    source = _source(context)
    roots = () if tsa_root is None else tuple(stamping.certificates(tsa_root))
    done = stamping.stamp(source.database, tsa, software("ledger"), roots=roots)
    value = {"size": done.size, "tsa": tsa, "time": isoformat(done.at), "evidence": done.evidence}
    told = Text(
        zh=f"检查点 {done.size} 已加盖时间戳 {value['time']}，证据 {done.evidence}。",
        en=f"Checkpoint {done.size} is stamped {value['time']}, evidence {done.evidence}.",
    )
    _put(value, [told.to(lang)], as_json=as_json)
