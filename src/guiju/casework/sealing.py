# SPDX-License-Identifier: Apache-2.0
"""Whose key seals the words of a case: the person's it is about, else one of its own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, or_, select

from guiju.storage import Owned, metadata

_CASE = "casework_case"


def owned_with_case(column: str = "case_id") -> Owned:
    """Rows of cases whose words a subject's key seals; `column` names their case."""

    def owned(subject: Table, of: str) -> ColumnElement[bool]:
        case = metadata.tables[_CASE].c
        own = or_(case.subject == of, case.subject.is_(None) & (case.id == of))
        return subject.c[column].in_(select(case.id).where(own))

    return owned
