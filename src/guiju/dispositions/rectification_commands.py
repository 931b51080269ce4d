# SPDX-License-Identifier: Apache-2.0
"""`guiju disposition rectification`: put the cause right, and show that it works (Article 14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click
import msgspec

from guiju.casework import Case, Kinds, get_case
from guiju.desk import Stepping, by_staff, desk_of, file_type, put, with_json
from guiju.dispositions import findings
from guiju.dispositions import rectification as verbs
from guiju.dispositions import rectification_export as exporting
from guiju.dispositions import rectification_refusing as refusing
from guiju.dispositions import rectification_trying as trying
from guiju.dispositions.rectification_kind import RECTIFICATION
from guiju.dispositions.rectification_model import (
    LONGEST_TEXT,
    Cure,
    Expected,
    Run,
    Sample,
    Wanted,
    Words,
)
from guiju.kernel import Actor, Text, Unavailable
from guiju.screening import DIRECTIONS, Direction, Screen
from guiju.storage import Tx

_case = click.argument("number", metavar="CASE")
_reason = click.option("--reason", required=True, help="Why, in words; they are sealed.")


@runtime_checkable
class Bench(Protocol):
    """What a desk also has that knows the other rooms: kinds, the screen in force, old records."""

    @property
    def kinds(self) -> Kinds:
        """Every kind of case."""
        ...

    def screen(self) -> Screen:
        """The screen of the policy in force."""
        ...

    def recalled(self, given: bytes, answered: bytes) -> list[tuple[Direction, str]]:
        """The texts behind a record."""
        ...


@click.group(name="rectification")
def group() -> None:
    """Put the cause right, in the rules or in the model, and show that it works."""


@group.command(name="open")
@click.option("--finding", "because", multiple=True, metavar="FINDING")
@click.option("--from", "cause", metavar="CASE", help="The case that gave rise to it.")
@by_staff
@with_json
@click.pass_context
def open_(
    context: click.Context,
    /,
    because: tuple[str, ...],
    cause: str | None,
    by: str,
    *,
    as_json: bool,
) -> None:
    """Open a case because of findings, or of another case."""
    desk, bench = desk_of(context), _bench(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        found = [findings.get_finding(tx, one) for one in because]
        origin = None if cause is None else get_case(tx, bench.kinds, cause)
        case = verbs.open_rectification(tx, actor, found, origin)
    _tell(case, as_json=as_json)


@group.command()
@_case
@with_json
@click.pass_context
def show(context: click.Context, number: str, *, as_json: bool) -> None:
    """Where CASE stands, its samples without their words, and what came of each run."""
    with desk_of(context).database.read() as tx:
        case = get_case(tx, RECTIFICATION, number)
        about = verbs.rectification_of(tx, case)
        samples, runs = trying.samples_of(tx, case), trying.runs_of(tx, case)
    report = {
        **_plain(case),
        "cure": about.cure,
        "findings": about.findings,
        "samples": [_sample(one) for one in samples],
        "runs": [one.as_facts() for one in runs],
    }
    lines = [_line(case), *map(_sample_line, samples), *map(_run_line, runs)]
    put(report, lines, as_json=as_json)


@group.command()
@_case
@click.option("--request", metavar="REQUEST", help="Take it from this record, which is then held.")
@click.option("--text", type=file_type, help="Or take what staff wrote from this file; - is stdin.")
@click.option("--asked", type=file_type, help="What a written output answers.")
@click.option("--answer", type=file_type, help="A better answer, written by staff, for training.")
@click.option("--side", type=click.Choice(DIRECTIONS), default="input", show_default=True)
@click.option("--expect", required=True, type=click.Choice([one.value for one in Expected]))
@click.option("--reason", default="", help="Why the record is read; it stays on record.")
@by_staff
@with_json
@click.pass_context
def sample(context: click.Context, /, number: str, by: str, *, as_json: bool, **said: Any) -> None:
    """Add a sample to CASE: the text of a record, or one that staff wrote."""
    if (said["request"] is None) is (said["text"] is None):
        raise click.UsageError("Give either --request or --text.")
    if said["request"] is not None and (said["asked"] or said["answer"]):
        raise click.UsageError("--asked and --answer go with --text.")
    desk = desk_of(context)
    actor, wanted = desk.staff(by), Wanted(said["side"], Expected(said["expect"]))
    with desk.database.write() as tx:
        case = get_case(tx, RECTIFICATION, number)
        if said["request"] is None:
            words = Words(*(_read(said[name]) for name in Words._fields))
            made = trying.keep_written(tx, actor, case, words, wanted)
        else:
            made = trying.keep_recorded(
                tx,
                actor,
                case,
                said["request"],
                wanted,
                recall=_bench(context).recalled,
                reason=said["reason"],
            )
    put(_sample(made), [_sample_line(made)], as_json=as_json)


@group.command()
@_case
@by_staff
@with_json
@click.pass_context
def regression(context: click.Context, number: str, by: str, *, as_json: bool) -> None:
    """Judge the samples of CASE by the policy in force (exit 1: not all came out as expected)."""
    desk = desk_of(context)
    actor, screen = desk.staff(by), _bench(context).screen()
    with desk.database.write() as tx:
        case = get_case(tx, RECTIFICATION, number)
        made = trying.run_regression(tx, actor, case, screen.judge)
    lines = [_run_line(made), *(f"{one}  not as expected" for one in made.differ)]
    put(made.as_facts(), lines, as_json=as_json)
    context.exit(int(not made.tally.is_met))


@group.command()
@_case
@click.argument("cure", type=click.Choice([one.value for one in Cure]))
@_reason
@by_staff
@with_json
@click.pass_context
def choose(
    context: click.Context, /, number: str, cure: str, by: str, *, reason: str, as_json: bool
) -> None:
    """Choose what is changed in CASE."""

    def step(tx: Tx, actor: Actor, case: Case) -> Case:
        return verbs.choose(tx, actor, case, Cure(cure), reason)

    _stepped(context, number, by, step, as_json=as_json)


@group.command()
@_case
@click.option("--facts", required=True, help="What was seen; it is sealed.")
@by_staff
@with_json
@click.pass_context
def verify(context: click.Context, number: str, facts: str, by: str, *, as_json: bool) -> None:
    """Decide, not having acted in CASE before, that it has been put right."""
    _stepped(
        context,
        number,
        by,
        lambda tx, actor, case: verbs.verify(tx, actor, case, facts),
        as_json=as_json,
    )


@group.command()
@_case
@click.option("--format", "form", required=True, type=click.Choice(list(exporting.FORMS)))
@click.option("--out", required=True, type=file_type, metavar="FILE", help="A new file.")
@by_staff
@with_json
@click.pass_context
def export(
    context: click.Context, /, number: str, form: str, out: Path, by: str, *, as_json: bool
) -> None:
    """Write what staff wrote in CASE for a trainer; what a person said is left out."""
    desk = desk_of(context)
    actor, entry = desk.staff(by), exporting.FORMS[form].entry
    for file in (out, _info(out)) if entry else (out,):
        if file.exists():
            raise refusing.file_stands(str(file))
    with desk.database.write() as tx:
        case = get_case(tx, RECTIFICATION, number)
        made = exporting.export(tx, actor, case, form)
    # Only now: nothing leaves that is not on record.
    _write(out, made.data)
    if entry is not None:
        _write(_info(out), _described(out, entry))
    lines = [
        f"{made.written} samples written to {out}, sha256 {made.digest}",
        f"{made.masked} of them with personal information starred out",
        *(f"{count} left out: {_WHY[why]}" for why, count in made.left_out.items() if count),
    ]
    put(made.as_facts() | {"format": form}, lines, as_json=as_json)


_WHY = {
    "no-consent": "from a person's record, and no consent to training is on record",
    "no-answer": "without a better answer",
    "no-question": "without what was asked",
    "nothing-worse": "without an answer that is worse",
}


def _stepping(name: str, words: str, verb: Callable[[Tx, Actor, Case, str], Case]) -> None:
    @group.command(name=name, help=words)
    @_case
    @_reason
    @by_staff
    @with_json
    @click.pass_context
    def command(
        context: click.Context, number: str, reason: str, by: str, *, as_json: bool
    ) -> None:
        _stepped(
            context,
            number,
            by,
            lambda tx, actor, case: verb(tx, actor, case, reason),
            as_json=as_json,
        )


_stepping("diagnose", "Say what caused CASE; from here on the samples are frozen.", verbs.diagnose)
_stepping("implement", "Say that the measure of CASE is in place, and how.", verbs.implement)
_stepping("pass", "Say that CASE works; the last regression must show it.", verbs.pass_regression)
_stepping("close", "Close CASE; the last re-test must show that it holds.", verbs.close)
_stepping("reopen", "Begin CASE anew.", verbs.reopen)
_stepping("dismiss", "Put nothing right in CASE.", verbs.dismiss)


# -- inside ----------------------------------------------------------------------------------------


def _bench(context: click.Context) -> Bench:
    if isinstance(context.obj, Bench):
        return context.obj
    raise Unavailable(
        "screen-not-open",
        Text(zh="此处没有生效的规则。", en="No policy in force is open here."),
        Text(zh="请用 --data 指定数据目录。", en="Run it with --data."),
        article=14,
    )


def _read(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        with click.open_file(str(file), "rb") as opened:
            data: bytes = opened.read(4 * LONGEST_TEXT + 1)
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise refusing.bad_sample(
            f"无法读取 {file}（{said}）", f"{file} cannot be read ({said})"
        ) from error
    return data.decode("utf-8", "replace").removesuffix("\n")


def _write(path: Path, data: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise refusing.file_stands(str(path)) from error
    except OSError as error:
        raise refusing.file_unwritable(str(path), error) from error


def _info(out: Path) -> Path:
    """Beside the file: what LLaMA-Factory is to find in its `dataset_info.json`."""
    return out.with_name(f"{out.stem}.dataset_info.json")


def _described(out: Path, entry: Mapping[str, Any]) -> bytes:
    described = {out.stem: {"file_name": out.name, **entry}}
    return msgspec.json.format(msgspec.json.encode(described), indent=2) + b"\n"


def _tell(case: Case, *, as_json: bool) -> None:
    put(_plain(case), [_line(case)], as_json=as_json)


def _plain(case: Case) -> dict[str, Any]:
    return {"number": case.number, "state": case.state, "version": case.version}


def _line(case: Case) -> str:
    return f"{case.number}  {case.state}"


_stepped = Stepping(lambda tx, number: get_case(tx, RECTIFICATION, number), _plain, _line)


def _sample(one: Sample) -> dict[str, Any]:
    return {
        "sample": one.id,
        "request": one.request,
        "side": one.direction,
        "expected": one.expected.value,
    }


def _sample_line(one: Sample) -> str:
    return f"{one.id}  {one.direction:<6}  {one.expected.value:<7}  {one.request or 'written'}"


def _run_line(one: Run) -> str:
    count = one.tally
    gone = f", {count.gone} gone" if count.gone else ""
    return (
        f"{one.phase.value:<7}  {count.stopped} of {count.to_stop} stopped, "
        f"{count.passed} of {count.to_pass} passed{gone}  policy {one.policy[:12]}"
    )
