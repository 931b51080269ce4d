# SPDX-License-Identifier: Apache-2.0
"""On what a measure against a person stands: the Measures, and a clause that was agreed."""

from __future__ import annotations

import re

from guiju import accounts
from guiju.accounts import Agreement
from guiju.casework import Ground, GroundKind
from guiju.dispositions import refusing
from guiju.storage import Tx

# Measures against who breaks the law with the service: Article 14, second paragraph.
BY_LAW = Ground(GroundKind.LAW, "order15:14.2")
_NAME = "service-agreement"


def grounds_of(clause: str, version: int | None) -> tuple[Ground, ...]:
    """The grounds of a measure; the agreement is one where it has the clause."""
    if version is None:
        return (BY_LAW,)
    return BY_LAW, Ground(GroundKind.AGREEMENT, f"{_NAME}@{version}:{clause}")


def agreed_in(tx: Tx, clause: str) -> int | None:
    """The version of the agreement in force, if it has this clause."""
    found = accounts.agreement_in_force(tx)
    return found.version if found is not None and has_clause(found, clause) else None


def require_clause(tx: Tx, clause: str) -> int:
    """The version of the agreement in force, which has this clause.

    Raises:
        Invalid: `agreement-none` or `clause-unknown`.
    """
    found = accounts.agreement_in_force(tx)
    if found is None:
        raise refusing.no_agreement()
    if not has_clause(found, clause):
        raise refusing.no_such_clause(clause, found.version)
    return found.version


def has_clause(agreement: Agreement, clause: str) -> bool:
    """Whether a line of the text, in either language, begins with the number of the clause."""
    begins = re.compile(rf"^\s*(?:第\s*)?{re.escape(clause)}(?:\s*条|[.．、\s])", re.MULTILINE)
    return bool(begins.search(agreement.text.zh) or begins.search(agreement.text.en))
