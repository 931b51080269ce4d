# SPDX-License-Identifier: Apache-2.0
"""`guiju label`: put labels into files, pass them on, read and check them (Article 12)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from guiju.kernel import GuijuError, new_uuid
from guiju.labelling import file_by_file, putting
from guiju.labelling import label_options as options
from guiju.labelling.abreast import Manner, checked
from guiju.labelling.checking import looked_into, read
from guiju.labelling.code import PROPAGATES, check_producer_code
from guiju.labelling.containers import container_of
from guiju.labelling.files import loaded
from guiju.labelling.folders import Job, jobs
from guiju.labelling.lines import of_reading, of_reading_in_json, of_verdict
from guiju.labelling.marking import Present
from guiju.labelling.profile import Profile
from guiju.labelling.security import (
    new_pair,
    public_text,
    read_pinned,
    write_pair,
)

if TYPE_CHECKING:
    from guiju.labelling.watermark import Seen


@click.group(name="label")
def group() -> None:
    """Marks of generated content: put them, pass them on, read and check them."""


@group.command()
@options.files
@options.out
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
@options.key
@click.option("--watermark", is_flag=True, help="Also a mark of the number, in pictures.")
@click.option(
    "--profile",
    type=click.Choice([one.value for one in Profile]),
    default="cn",
    show_default=True,
    help="Marks that machines read: of the Chinese standard, of the EU (C2PA), or both.",
)
@options.certificates
@options.certificate_key
@options.time_stamps
@options.overwrite
@options.as_json
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
    code, visible = options.provider_of(context, producer, words)
    signer, marks = options.pair_of(key), Profile(profile)
    credential = options.credential_of(
        certificates, certificate_key, time_stamps, needed=marks.signs
    )

    def labelled(job: Job) -> putting.Put:
        shown = visible if explicit else None
        number = produce_id or new_uuid()
        order = putting.Order(code, number, shown, present, signer, watermark, marks, credential)
        return putting.put(job, Path(out), order, overwrite=overwrite)

    file_by_file.each(context, found, labelled, as_json=as_json)


@group.command()
@options.files
@options.out
@click.option("--propagator", metavar="CODE", help="Your code, instead of the statement's.")
@click.option("--propagate-id", metavar="ID", help="The content's number; for one FILE only.")
@options.key
@options.certificates
@options.certificate_key
@options.time_stamps
@options.overwrite
@options.as_json
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
    code = propagator or options.as_propagator(options.provider_of(context, None, None)[0])
    check_producer_code(code, PROPAGATES)
    signer = options.pair_of(key)
    named = certificates is not None
    credential = options.credential_of(certificates, certificate_key, time_stamps, needed=named)

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

    file_by_file.each(context, found, passed_on, as_json=as_json)


@group.command(name="read")
@options.files
@options.watermark
@options.as_json
@click.pass_context
def read_(
    context: click.Context, files: tuple[str, ...], *, watermark: bool, as_json: bool
) -> None:
    """The labels in each FILE, as they stand there (exit 1: one has none)."""
    status = 0
    for job in file_by_file.shown(jobs(files)):
        try:
            reading = read(job.source)
            seen = _seen(job.source) if watermark else None
        except GuijuError as error:
            status = max(status, file_by_file.failed(job, error))
            continue
        told = of_reading_in_json if as_json else of_reading
        click.echo(told(str(job.source), reading, seen))
        status = max(status, int(not (reading.explicit or reading.labels or seen)))
    context.exit(status)


@group.command(name="check")
@options.files
@click.option("--pinned", metavar="FILE", help="Keys by which providers are known, as JSON.")
@click.option(
    "--anchors",
    metavar="FILE",
    help="Certificates that vouch for C2PA signers, in PEM; else the setting c2pa_anchors.",
)
@options.watermark
@options.as_json
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
    vouch = options.anchors_of(context, anchors)
    found, status = jobs(files), 0
    told = partial(of_verdict, as_json=as_json)
    lines = checked([job.source for job in found], Manner(known, watermark, vouch), told)
    for _, line in zip(file_by_file.shown(found), lines, strict=True):
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


def _seen(source: Path) -> Seen | None:
    """The mark in a picture; None for what carries none, and for what cannot be looked at."""
    data, name = loaded(source, "")
    return looked_into(container_of(data, name), data).seen
