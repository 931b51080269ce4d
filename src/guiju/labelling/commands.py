# SPDX-License-Identifier: Apache-2.0
"""`guiju label`: put labels into files, pass them on, read and check them (Article 12)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import click
import msgspec

from guiju.kernel import GuijuError, Text, Unavailable, new_uuid
from guiju.labelling import putting
from guiju.labelling.abreast import Manner, checked
from guiju.labelling.checking import looked_into, read
from guiju.labelling.code import PROPAGATES, check_producer_code
from guiju.labelling.containers import container_of
from guiju.labelling.files import loaded
from guiju.labelling.folders import Job, jobs
from guiju.labelling.lines import of_reading, of_reading_in_json, of_verdict, safe
from guiju.labelling.marking import Present
from guiju.labelling.profile import Profile
from guiju.labelling.provenance import Credential, read_anchors, read_credential
from guiju.labelling.security import (
    Pair,
    new_pair,
    public_text,
    read_pair,
    read_pinned,
    write_pair,
)
from guiju.labelling.text import ExplicitLabel

if TYPE_CHECKING:
    from guiju.labelling.watermark import Seen

_FEWEST = 2  # files that are worth a bar

_files = click.argument("files", nargs=-1, required=True, metavar="FILE…")
_json = click.option("--json", "as_json", is_flag=True, help="One line of JSON for each file.")
_out = click.option("--out", required=True, metavar="DIR", help="Where the files are written to.")
_key = click.option("--key", metavar="FILE", help="Sign with this SM2 key (guiju label key).")
_watermark = click.option("--watermark", is_flag=True, help="Also look for a mark in pictures.")
_certificates = click.option(
    "--certificates", metavar="FILE", help="Who signs the C2PA manifest: a chain in PEM."
)
_certificate_key = click.option("--certificate-key", metavar="FILE", help="The key of the chain.")
_time_stamps = click.option(
    "--time-stamps", metavar="URL", help="An authority of RFC 3161, asked for each manifest."
)
_overwrite = click.option("--overwrite", is_flag=True, help="Replace other files that are there.")


@runtime_checkable
class LabelSource(Protocol):
    """What `app` puts into the click context as `obj`: who the provider is, and its words."""

    def labelling(self) -> tuple[str, ExplicitLabel]:
        """The provider's code and the words of the visible label, by statement and policy."""
        ...


@runtime_checkable
class AnchorSource(Protocol):
    """The same for whom the settings trust to sign manifests."""

    @property
    def anchors(self) -> Path | None:
        """A file of certificates in PEM."""
        ...


@click.group(name="label")
def group() -> None:
    """Marks of generated content: put them, pass them on, read and check them."""


@group.command()
@_files
@_out
@click.option("--explicit/--no-explicit", default=True, help="Also a label that people see.")
@click.option("--words", metavar="WORDS", help="Its words, instead of those of the policy.")
@click.option("--producer", metavar="CODE", help="The provider's code, instead of the statement's.")
@click.option("--produce-id", metavar="ID", help="The content's number; for one FILE only.")
@click.option(
    "--present",
    type=click.Choice(["refuse", "keep", "replace"]),
    default="refuse",
    show_default=True,
    help="What to do with a file that carries another label.",
)
@_key
@click.option("--watermark", is_flag=True, help="Also a mark of the number, in pictures.")
@click.option(
    "--profile",
    type=click.Choice([one.value for one in Profile]),
    default="cn",
    show_default=True,
    help="Marks that machines read: of the Chinese standard, of the EU (C2PA), or both.",
)
@_certificates
@_certificate_key
@_time_stamps
@_overwrite
@_json
@click.pass_context
def put(
    context: click.Context,
    files: tuple[str, ...],
    out: str,
    *,
    producer: str | None,
    words: str | None,
    produce_id: str | None,
    present: Present,
    key: str | None,
    explicit: bool,
    watermark: bool,
    profile: str,
    certificates: str | None,
    certificate_key: str | None,
    time_stamps: str | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Label each FILE, or all files in a folder, and write them to DIR.

    What goes wrong with one file is said, and the others are still labelled.
    """
    found = jobs(files)
    if produce_id is not None and len(found) != 1:
        raise click.UsageError("--produce-id is for one file only")
    code, visible = _provider(context, producer, words)
    signer, marks = _pair(key), Profile(profile)
    credential = _credential(certificates, certificate_key, time_stamps, needed=marks.signs)

    def labelled(job: Job) -> putting.Put:
        shown = visible if explicit else None
        number = produce_id or new_uuid()
        order = putting.Order(code, number, shown, present, signer, watermark, marks, credential)
        return putting.put(job, Path(out), order, overwrite=overwrite)

    _each(context, found, labelled, as_json=as_json)


@group.command()
@_files
@_out
@click.option("--propagator", metavar="CODE", help="Your code, instead of the statement's.")
@click.option("--propagate-id", metavar="ID", help="The content's number; for one FILE only.")
@_key
@_certificates
@_certificate_key
@_time_stamps
@_overwrite
@_json
@click.pass_context
def propagate(
    context: click.Context,
    files: tuple[str, ...],
    out: str,
    *,
    propagator: str | None,
    propagate_id: str | None,
    key: str | None,
    certificates: str | None,
    certificate_key: str | None,
    time_stamps: str | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Pass each FILE on: keep its producer's fields, add those of the one who spreads it."""
    found = jobs(files)
    if propagate_id is not None and len(found) != 1:
        raise click.UsageError("--propagate-id is for one file only")
    code = propagator or _as_propagator(_provider(context, None, None)[0])
    check_producer_code(code, PROPAGATES)
    signer = _pair(key)
    named = certificates is not None
    credential = _credential(certificates, certificate_key, time_stamps, needed=named)

    def passed_on(job: Job) -> putting.Put:
        return putting.pass_on(
            job,
            Path(out),
            code,
            propagate_id or new_uuid(),
            overwrite=overwrite,
            signer=signer,
            credential=credential,
        )

    _each(context, found, passed_on, as_json=as_json)


@group.command(name="read")
@_files
@_watermark
@_json
@click.pass_context
def read_(
    context: click.Context, files: tuple[str, ...], *, watermark: bool, as_json: bool
) -> None:
    """The labels in each FILE, as they stand there (exit 1: one has none)."""
    status = 0
    for job in _shown(jobs(files)):
        try:
            reading = read(job.source)
            seen = _seen(job.source) if watermark else None
        except GuijuError as error:
            status = max(status, _failed(job, error))
            continue
        told = of_reading_in_json if as_json else of_reading
        click.echo(told(str(job.source), reading, seen))
        status = max(status, int(not (reading.explicit or reading.labels or seen)))
    context.exit(status)


@group.command(name="check")
@_files
@click.option("--pinned", metavar="FILE", help="Keys by which providers are known, as JSON.")
@click.option(
    "--anchors",
    metavar="FILE",
    help="Certificates that vouch for C2PA signers, in PEM; else the setting c2pa_anchors.",
)
@_watermark
@_json
@click.pass_context
def check_(
    context: click.Context,
    files: tuple[str, ...],
    *,
    pinned: str | None,
    anchors: str | None,
    watermark: bool,
    as_json: bool,
) -> None:
    """The verdict on the labels of each FILE (exit 1: one has no valid label)."""
    known = None if pinned is None else read_pinned(Path(pinned))
    vouch = _anchors(context, anchors)
    found, status = jobs(files), 0
    told = partial(of_verdict, as_json=as_json)
    lines = checked([job.source for job in found], Manner(known, watermark, vouch), told)
    for _, line in zip(_shown(found), lines, strict=True):
        click.echo(line.words, err=line.failed)
        status = max(status, line.status)
    context.exit(status)


@group.command(name="key")
@click.argument("file", metavar="FILE")
@click.option("--producer", metavar="CODE", help="Whose key it is: then a line for --pinned.")
def key_(file: str, producer: str | None) -> None:
    """Make an SM2 key in FILE, for its owner alone, and print the public one.

    Who shall know your labels by it gets the public key from you, on another way than with them.
    """
    if producer is not None:
        check_producer_code(producer)
    pair = new_pair()
    write_pair(Path(file), pair)
    public = public_text(pair.public)
    click.echo(public if producer is None else msgspec.json.encode({producer: [public]}))


def _anchors(context: click.Context, said: str | None) -> str | None:
    """Who vouches for signers of manifests: as said, else as the settings say."""
    if said is not None:
        return read_anchors(Path(said))
    file = context.obj.anchors if isinstance(context.obj, AnchorSource) else None
    return None if file is None else read_anchors(file)


def _credential(
    chain: str | None, key: str | None, time_stamps: str | None, *, needed: bool
) -> Credential | None:
    if not needed:
        if time_stamps is not None:
            raise click.UsageError("--time-stamps is for manifests: give --profile and a chain")
        return None
    if chain is None or key is None:
        raise click.UsageError("a C2PA manifest needs --certificates and --certificate-key")
    return read_credential(Path(chain), Path(key), time_stamps)


def _pair(file: str | None) -> Pair | None:
    return None if file is None else read_pair(Path(file))


def _each(
    context: click.Context,
    found: Sequence[Job],
    work: Callable[[Job], putting.Put],
    *,
    as_json: bool,
) -> None:
    """Do it for every file; one that fails is said, and the exit status is that of the worst."""
    status = 0
    for job in _shown(found):
        try:
            done = work(job)
        except GuijuError as error:
            if len(found) == 1:
                raise
            status = max(status, _failed(job, error))
            continue
        if as_json:
            click.echo(msgspec.json.encode(done.as_json()))
        else:
            click.echo(f"{safe(str(job.source))}  {safe(str(done.target))}  {done.number}")
    context.exit(status)


def _failed(job: Job, error: GuijuError) -> int:
    """Say what went wrong with one file; its exit status."""
    click.echo(f"{safe(str(job.source))}: {error.message('en')} ({error.code})", err=True)
    return error.exit_status


def _shown(found: Sequence[Job]) -> Iterator[Job]:
    """The jobs, with a bar on the terminal where nothing else is written to it."""
    hidden = not sys.stderr.isatty() or sys.stdout.isatty() or len(found) < _FEWEST
    steps = max(1, len(found) // 200)
    with click.progressbar(
        found, file=sys.stderr, hidden=hidden, show_pos=True, update_min_steps=steps
    ) as bar:
        yield from bar


def _provider(
    context: click.Context, producer: str | None, words: str | None
) -> tuple[str, ExplicitLabel]:
    """Who labels, and with which words: as said, else as statement and policy say."""
    if producer is not None:
        check_producer_code(producer)
        return producer, putting.in_words(words or putting.WORDS)
    if not isinstance(context.obj, LabelSource):
        raise _no_provider()
    code, visible = context.obj.labelling()
    return code, visible if words is None else putting.in_words(words)


def _as_propagator(code: str) -> str:
    """The code of the same provider as one who spreads content."""
    parts = check_producer_code(code)
    return str(type(parts)(parts.uscc, PROPAGATES, parts.model))


def _seen(source: Path) -> Seen | None:
    """The mark in a picture; None for what carries none, and for what cannot be looked at."""
    data, name = loaded(source, "")
    return looked_into(container_of(data, name), data).seen


def _no_provider() -> Unavailable:
    return Unavailable(
        "provider-not-known",
        Text(zh="没有打开服务数据，不知提供者是谁。", en="No data is open that says who provides."),
        Text(
            zh="请给出 --data，或用 --producer 给出 27 位服务提供者编码。",
            en="Give --data, or the provider code of 27 characters with --producer.",
        ),
        article=12,
    )
