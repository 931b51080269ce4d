# SPDX-License-Identifier: Apache-2.0
"""Another key for one subject: the new one seals at once, the earlier opens until all is re-sealed.

A column of sealed words says whose key seals it and what the seal is bound to (`sealed`), so that
whoever renews a key finds every row without knowing the rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Table, select, tuple_

from guiju.kernel import Conflict, Invalid, NotFound, Sealer, Text
from guiju.storage.tables import metadata
from guiju.storage.vault import EARLIER, SUBJECT_KEY

if TYPE_CHECKING:
    from guiju.storage.transaction import Tx

_INFO = "sealed"
Owned = Callable[[Table, str], ColumnElement[bool]]
"""Which rows of a table a subject's key has sealed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """How a column is sealed: `place` names columns of its row, as in `exchange/{request}`."""

    place: str
    owned: Owned

    def context(self, row: Mapping[str, Any]) -> str:
        """What the seal in this row is bound to."""
        return self.place.format_map(row)


def sealed(place: str, owned: Owned) -> dict[str, Any]:
    """The `info` of a column that is sealed by the key of a subject."""
    return {_INFO: Sealed(place, owned)}


def owned_by(column: str) -> Owned:
    """Rows whose `column` is the subject itself."""
    return lambda subject, of: subject.c[column] == of


class SealedColumn(NamedTuple):
    """A column that is sealed by keys of subjects."""

    column: Column[Any]
    how: Sealed


def sealed_columns() -> Iterator[SealedColumn]:
    """Every sealed column of the tables that are declared by now."""
    for one in metadata.sorted_tables:
        for column in one.columns:
            how = column.info.get(_INFO)
            if isinstance(how, Sealed):
                yield SealedColumn(column, how)


def begin_renewal(tx: Tx, subject: str) -> None:
    """Put a new key in the place of the subject's; the caller appends evidence.

    Processes that remember the earlier one seal by it for as long as they remember it.

    Raises:
        NotFound: `key-none`, for who has no key.
        Conflict: `renewal-under-way`.
    """
    row = tx.row(select(SUBJECT_KEY).where(SUBJECT_KEY.c.subject == subject))
    if row is None:
        raise NotFound(
            "key-none",
            Text(zh="此人没有密钥。", en="This person has no key."),
            Text(zh="无须更换。", en="There is nothing to renew."),
            article=11,
        )
    values = {"subject": subject, "wrapped": row.wrapped, "made_at": row.made_at}
    if not tx.insert_if_absent(EARLIER, values):
        raise Conflict(
            "renewal-under-way",
            Text(zh="此人的密钥正在更换。", en="This person's key is being renewed already."),
            Text(zh="请等它办完。", en="Wait until that is done."),
            article=11,
        )
    tx.overwrite_deleted()
    _, wrapped = tx.keys.new_key(subject)
    changes = {"wrapped": wrapped, "made_at": tx.now}
    if not tx.update(SUBJECT_KEY, {"subject": subject}, changes, expect={"wrapped": row.wrapped}):
        raise RuntimeError("the key was changed in the same transaction")
    tx.forget_key(subject)


class Resealer:
    """Seals again what the earlier key of a subject has sealed; for one transaction."""

    def __init__(self, tx: Tx, subject: str) -> None:
        """Take both keys; without an earlier one nothing is to be done."""
        self._tx = tx
        self._subject = subject
        now = tx.row(select(SUBJECT_KEY.c.wrapped).where(SUBJECT_KEY.c.subject == subject))
        before = tx.row(select(EARLIER.c.wrapped).where(EARLIER.c.subject == subject))
        self._keys = (
            None
            if now is None or before is None
            else (self._opened(now.wrapped), self._opened(before.wrapped))
        )

    def _opened(self, wrapped: bytes) -> Sealer:
        return Sealer(self._tx.keys.open_key(wrapped, self._subject))

    @property
    def is_needed(self) -> bool:
        """Whether there are two keys."""
        return self._keys is not None

    def again(self, found: bytes, context: str) -> bytes | None:
        """The same under the new key; None when that has sealed it already.

        Raises:
            Invalid: `seal-broken`, when neither opens it.
        """
        if self._keys is None:
            return None
        now, before = self._keys
        place = context.encode()
        try:
            now.unseal(found, place)
        except Invalid:
            return now.seal(before.unseal(found, place), place)
        return None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of one column that were looked at: how many, how many sealed again, the last."""

    looked: int
    again: int
    broken: int
    last: tuple[Any, ...] | None


def reseal_some(
    tx: Tx, subject: str, one: SealedColumn, after: tuple[Any, ...] | None, most: int
) -> Page:
    """Seal some rows of a column again, those after the key `after`; the caller appends evidence.

    A seal that neither key opens is left as it is and counted: it was altered before.
    """
    column, how = one
    keys, where = list(column.table.primary_key), column.table
    names = [str(key.name) for key in keys]
    wanted = select(where).where(how.owned(where, subject), column.is_not(None), column != b"")
    if after is not None:
        wanted = wanted.where(tuple_(*keys) > tuple_(*after))
    rows = tx.rows(wanted.order_by(*keys).limit(most))
    seals = Resealer(tx, subject)
    again = broken = 0
    for row in rows:
        values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
        found = values[str(column.name)]
        try:
            made = seals.again(found, how.context(values))
        except Invalid:
            broken += 1
            continue
        if made is not None:
            key = {name: values[name] for name in names}
            changes = {str(column.name): made}
            again += tx.update(where, key, changes, expect={str(column.name): found})
    last = tuple(rows[-1]._mapping[name] for name in names) if rows else None  # noqa: SLF001 - as above
    return Page(len(rows), again, broken, last)
