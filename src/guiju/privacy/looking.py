# SPDX-License-Identifier: Apache-2.0
"""Who looked at a person's things and who got them, as that person may know it (Article 11).

Of staff the role is told, not the name; of a reading the purpose, not the words of the reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from guiju import accounts, records
from guiju.inventory import as_shipped
from guiju.kernel import NotFound, Text, isoformat
from guiju.storage import Tx

MOST = 200


class Looked(NamedTuple):
    """One reading: when, as what somebody looked, for what, and at which record."""

    at: datetime
    by: Text
    purpose: Text | None
    request: str


class Given(NamedTuple):
    """One disclosure; `people` over one: it was of many, this person perhaps among them."""

    at: datetime | None
    recipient: str
    kind: Text
    abroad: bool
    purpose: str
    basis: Text
    classes: tuple[Text, ...]
    people: int
    ended: bool


def looked(tx: Tx, person: str, most: int = MOST) -> list[Looked]:
    """The newest readings of this person's things, their own among them."""
    return [
        Looked(one.at, _as_what(tx, one, person), one.purpose, one.request)
        for one in records.looks_at(tx, person, most)
    ]


def given(tx: Tx, person: str) -> list[Given]:
    """To whom data of this person went, or of many with perhaps this person among them."""
    names = as_shipped()
    return [
        Given(
            at=one.given_at,
            recipient=one.asked.recipient,
            kind=one.asked.recipient_kind.text,
            abroad=one.asked.abroad,
            purpose=one.asked.purpose,
            basis=one.asked.basis_text,
            classes=tuple(names[each].text for each in one.asked.classes),
            people=1 if one.asked.person == person else one.asked.people,
            ended=one.state is records.DisclosureState.ENDED,
        )
        for one in records.disclosures_of(tx, person)
    ]


def plain(seen: Iterable[Looked], gone: Iterable[Given]) -> dict[str, Any]:
    """For programs."""
    return {
        "readings": [
            {
                "at": isoformat(one.at),
                "by": _both(one.by),
                "purpose": None if one.purpose is None else _both(one.purpose),
                "record": one.request,
            }
            for one in seen
        ],
        "disclosures": [
            {
                "at": None if one.at is None else isoformat(one.at),
                "recipient": one.recipient,
                "kind": _both(one.kind),
                "abroad": one.abroad,
                "purpose": one.purpose,
                "basis": _both(one.basis),
                "classes": [_both(each) for each in one.classes],
                "people": one.people,
                "ended": one.ended,
            }
            for one in gone
        ],
    }


def _as_what(tx: Tx, one: records.Look, person: str) -> Text:
    if one.reader == person:
        return _YOU
    try:
        roles = accounts.get_staff(tx, one.reader).roles
    except NotFound:
        return _SOFTWARE if not one.roles else _STAFF
    # The role by which it was opened; who has changed roles since is a member of staff.
    return next((role.text for role in roles if role.value in one.roles), _STAFF)


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


_YOU = Text(zh="你自己", en="you")
_STAFF = Text(zh="工作人员", en="a member of staff")
_SOFTWARE = Text(zh="软件", en="software")
