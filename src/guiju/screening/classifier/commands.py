# SPDX-License-Identifier: Apache-2.0
"""`guiju classifier`: train from reviewed cases, evaluate, print the card (Article 4)."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import msgspec

from guiju.kernel import Invalid, Text
from guiju.measures import harms
from guiju.screening.classifier.card import card, table
from guiju.screening.classifier.cases import SPLITS, Example, Reading, read_examples
from guiju.screening.classifier.ngrams import FEWEST_BITS, MOST_BITS
from guiju.screening.classifier.scorer import Classifier, shipped
from guiju.screening.classifier.solver import Settings
from guiju.screening.classifier.training import measure, trained

_DEFAULT = Settings()
_HARM = click.option("--harm", metavar="ID", help="The harm that a CSV `label` of 1 means.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.group(name="classifier")
def group() -> None:
    """The trained classifier: for triage, not a gate."""


@group.command()
@click.argument("data", nargs=-1, required=True, metavar="DATA…")
@click.option("--out", required=True, metavar="FILE", help="Where the classifier goes.")
@_HARM
@click.option(
    "--bits",
    type=click.IntRange(FEWEST_BITS, MOST_BITS),
    default=_DEFAULT.bits,
    show_default=True,
    help="Size: 2 to the BITS bytes for each label.",
)
@click.option(
    "--strength",
    type=click.FloatRange(0.001, 1000),
    default=_DEFAULT.strength,
    show_default=True,
    help="How closely to follow the examples.",
)
def train(data: tuple[str, ...], out: str, harm: str | None, bits: int, strength: float) -> None:
    """Train a classifier from DATA (.jsonl or .csv) and print its card.

    JSONL: {"text", "labels": [harm ids], "split"?: train, dev or test}. Without a split, texts are
    parted 6:2:2 by what they say. FILE is written in one go, when all is done.
    """
    known, settings = _reading(harm, None), _DEFAULT._replace(bits=bits, strength=strength)
    contents = [(name, _bytes(name)) for name in data]
    examples = [one for name, body in contents for one in read_examples(name, body, known)]
    told = [_told(name, body) for name, body in contents]
    made = trained(examples, settings, told, lambda line: click.echo(line, err=True))
    _write(Path(out), made)
    click.echo(card(Classifier.load(made)), nl=False)


@group.command()
@click.argument("data", nargs=-1, required=True, metavar="DATA…")
@click.option("--classifier", "file", metavar="FILE", help="Default: the one shipped.")
@_HARM
@click.option("--group", "column", metavar="COLUMN", help="Count texts by this column too.")
@click.option("--split", type=click.Choice(SPLITS), help="Only the texts of this split.")
@_JSON
def evaluate(
    data: tuple[str, ...],
    file: str | None,
    harm: str | None,
    column: str | None,
    split: str | None,
    *,
    as_json: bool,
) -> None:
    """Measure a classifier on DATA (.jsonl or .csv) that it has not learned from."""
    classifier, known = _classifier(file), _reading(harm, column)
    examples = [one for name in data for one in read_examples(name, _bytes(name), known)]
    measured = measure(classifier, _of(split, examples))
    if as_json:
        shown = {"classifier": classifier.digest, "measured": measured}
        click.echo(msgspec.json.encode(shown))
    else:
        click.echo("\n".join(table(classifier, measured)))


@group.command(name="card")
@click.argument("file", required=False)
@_JSON
def card_(file: str | None, *, as_json: bool) -> None:
    """The model card of the classifier in FILE, or of the one shipped."""
    classifier = _classifier(file)
    if as_json:
        shown = {"classifier": classifier.digest, "triage": dict(classifier.thresholds)}
        click.echo(msgspec.json.encode(shown | dict(classifier.about)))
    else:
        click.echo(card(classifier), nl=False)


def _classifier(file: str | None) -> Classifier:
    return shipped() if file is None else Classifier.load(file)


def _of(split: str | None, examples: list[Example]) -> list[Example]:
    found = [one for one in examples if split in (None, one.split)]
    if not found:
        raise Invalid(
            "cases-missing",
            Text(zh="没有可用来测量的文本。", en="There is no text to measure with."),
            Text(zh="请检查文件和 --split。", en="Check the file and --split."),
        )
    return found


def _reading(harm: str | None, column: str | None) -> Reading:
    if harm is not None and harm not in harms():
        raise Invalid(
            "harm-unknown",
            Text(zh=f"没有风险编号 {harm}。", en=f"There is no harm {harm}."),
            Text(zh=f"应为其一：{'、'.join(harms())}。", en=f"One of {', '.join(harms())}."),
        )
    return Reading(harm, column or "group")


def _told(name: str, body: bytes) -> dict[str, Any]:
    return {"name": Path(name).name, "sha256": hashlib.sha256(body).hexdigest()}


def _bytes(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise _file("file-unreadable", name, "读取", "read", error) from error


def _write(path: Path, data: bytes) -> None:
    """Beside it first and then in its place: whoever interrupts leaves no half of a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        raise _file("file-unwritable", str(path), "写入", "written", error) from error
    finally:
        with suppress(OSError):
            beside.unlink()


def _file(code: str, name: str, zh: str, en: str, error: OSError) -> Invalid:
    return Invalid(
        code,
        Text(zh=f"无法{zh} {name}。", en=f"{name} cannot be {en}: {error.strerror}."),
        Text(zh="请检查路径和权限。", en="Check its path and permissions."),
    )
