# SPDX-License-Identifier: Apache-2.0
"""What the pages of assessments, disclosures and audits share: who reads, who writes, the frame.

Each form is a step that the command line has as well (`guiju records`); rules stand in `records`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from guiju import inventory, policies, records
from guiju.kernel import GuijuError, Invalid, Text
from guiju.measures import rule
from guiju.privacy.faces import Means
from guiju.privacy.keeping import LOOKERS
from guiju.privacy.model import HANDLER
from guiju.records import CONTENTS, TRIGGERS
from guiju.storage import Database, Tx
from guiju.web import Form, Site

REGISTERS = "/console/privacy"
WRITERS = (HANDLER, "safety-officer")
READERS = (*dict.fromkeys((*WRITERS, *LOOKERS)),)
LONGEST = 20_000
"""Characters of one field."""

Typed = Mapping[str, Any]
"""What a form holds, as it was typed."""


class Rule(NamedTuple):
    """A rule of the law data as a page names it."""

    id: str
    text: Text


class RegisterPages:
    """The frame in which the pages of one register are shown."""

    def __init__(self, means: Means, site: Site) -> None:
        """Work with these means."""
        self.database: Database = means.database
        self.site = site

    def page(
        self, request: Request, name: str, error: GuijuError | None = None, **values: Any
    ) -> Response:
        """The page of this room with this name, which knows every class of personal data."""
        with self.database.read() as tx:
            classes = [one for one in classes_in_force(tx).values() if one.is_personal]
        return self.site.page(
            request,
            f"privacy/{name}.html",
            status=200 if error is None else error.status,
            error=error,
            classes=classes,
            names={one.id: one.text for one in classes},
            triggers=TRIGGERS,
            contents=CONTENTS,
            writes=self.site.viewer(request).has(*WRITERS),
            **values,
        )


def classes_in_force(tx: Tx) -> records.Classes:
    """Every class of data as the policy in force says it."""
    policy = policies.active(tx)
    return inventory.classes(None if policy is None else policy.body)


def ticked(form: Form, prefix: str, known: Mapping[str, object]) -> tuple[str, ...]:
    """Which of the known are ticked in fields that begin with `prefix`."""
    return tuple(one for one in known if form.text(f"{prefix}-{one}"))


def file_digest(form: Form) -> str | None:
    """SHA-256 of the file that came with a form, which is not kept; None when none came."""
    file = form.file("file")
    return hashlib.sha256(file).hexdigest() if file else None


def rules_named(*names: str) -> list[Rule]:
    """The rules with these ids, to be named on a page."""
    return [Rule(one, rule(one).text) for one in names]


def unreadable(field: str, zh: str, en: str) -> Invalid:
    """A field that does not say what it is for."""
    return Invalid(
        "field-unreadable",
        Text(zh=zh, en=en),
        Text(zh="请更正后重试。", en="Correct it and try again."),
        article=11,
        param=field,
    )
