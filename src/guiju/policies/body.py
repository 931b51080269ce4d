# SPDX-License-Identifier: Apache-2.0
"""The body of a policy, version 1 of its schema: read strictly, completed with the defaults.

`checked` gives the same whole body for every way of writing the same rules, so that the digest
means the rules and not their spelling; `checked(checked(body)) == checked(body)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guiju.kernel import Form, Invalid, canonical, digest, read_table
from guiju.policies.body_agreement import agreement
from guiju.policies.body_complaints import complaints
from guiju.policies.body_detectors import has_its_classifier
from guiju.policies.body_dispositions import dispositions
from guiju.policies.body_identity import identity
from guiju.policies.body_incidents import incidents
from guiju.policies.body_labels import labels
from guiju.policies.body_limits import limits
from guiju.policies.body_minors import companion, minors
from guiju.policies.body_records import check_cases, records
from guiju.policies.body_review import review
from guiju.policies.body_screening import screening
from guiju.policies.body_tiers import tiers
from guiju.policies.part import CODE, Part
from guiju.policies.upstreams import as_tables, read_models
from guiju.screening import Screen

LONGEST_NOTE = 1_000
_DEFAULT = Path(__file__).parent / "default.toml"


def checked(body: Mapping[str, Any], *, origin: str = "") -> dict[str, Any]:
    """The whole body, defaults filled in; `origin` is the file it came from.

    Raises:
        Invalid: `policy-invalid`, with the exact place, e.g. `screening.entry[3].harm`.
    """
    top = Part(body, CODE, origin=origin)
    whole = {
        "screening": screening(top.form("screening")),
        "labels": labels(top.form("labels")),
        "records": records(top.form("records")),
        **limits(top),
        **dispositions(top),
        **review(top),
        **incidents(top),
        **complaints(top),
        **identity(top),
        **minors(top),
        **companion(top),
        **agreement(top),
        **tiers(top),
    }
    models = read_models(top)
    check_cases(top, whole)
    top.done()
    # What is left out stays left out, so that a body from before it could be said keeps its digest.
    return whole if models is None else whole | as_tables(models)


def read_file(path: Path) -> dict[str, Any]:
    """The whole body in the TOML or JSON file at `path`.

    Raises:
        Invalid: `policy-invalid`: file, place, what and remedy on one line.
    """
    whole = checked(read_table(path, CODE), origin=path.name)
    compiled(whole, digest(canonical(whole)), origin=path.name)
    return whole


def default_body() -> dict[str, Any]:
    """The mild body for the first hour: invented words and a few samples of general harm."""
    return read_file(_DEFAULT)


def checked_words(place: str, words: str) -> str:
    """A note or reason as it can be kept: short, without control characters."""
    return Form({place: words}, CODE).text(place, longest=LONGEST_NOTE, default="").strip()


def compiled(whole: Mapping[str, Any], mark: str, *, origin: str = "") -> Screen:
    """The entries as the gateway will use them.

    Raises:
        Invalid: `policy-invalid`, when screening finds an entry hopeless, or a classifier is named
            that is not here.
    """
    if not has_its_classifier(whole["screening"]):
        raise Form({}, CODE, origin=origin).fault(
            "screening.classifier.artefact", "没有这个分类器", "is no classifier that we have"
        )
    try:
        return Screen.load(whole["screening"], mark)
    except Invalid as error:
        zh, en = error.what.zh.rstrip("。"), error.what.en.rstrip(".")
        raise Form({}, CODE, origin=origin).fault("screening", zh, en, error.remedy) from error
