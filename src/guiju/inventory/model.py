# SPDX-License-Identifier: Apache-2.0
"""A class of personal data: for what it is kept, on which ground, how long, in which columns."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from guiju.kernel import NotFound, Text, canonical, digest

_HERE = Path(__file__).parent
NONE = "none"
"""The class of columns in which nothing about a person stands."""

BASES: Mapping[str, Text] = {
    "consent": Text(zh="本人同意", en="the person's consent"),
    "contract": Text(zh="履行与本人的合同所必需", en="needed for the contract with the person"),
    "legal-duty": Text(zh="履行法定义务所必需", en="needed for a legal duty"),
    "hr": Text(zh="人力资源管理所必需", en="needed to manage staff"),
    "emergency": Text(zh="应对紧急情况所必需", en="needed in an emergency"),
}
"""The grounds of the law on which a class may be kept (PIPL, Article 13)."""


SEARCHABLE: Mapping[str, str] = {
    "mobile": "content",
    "email": "content",
    "resident-id": "content",
    "name": "account",
    "end-user": "account",
}
"""By which exact terms records may be found where a policy says so, each with its class.

The first three are terms in what people typed; a name is one that somebody signs in with, an end
user the id by which an app of the provider knows them.
"""


class DataClass(msgspec.Struct, frozen=True):
    """One class. `limit` names what ends its keeping; `sensitive` and `under_14` what it may hold.

    `said_by` is `policy` where the provider's own words stand, else `guiju`.
    """

    id: str
    zh: str
    en: str
    purpose: Text
    basis: str
    limit: str
    sensitive: bool = False
    under_14: bool = False
    said_by: str = "guiju"

    @property
    def text(self) -> Text:
        """Its name."""
        return Text(zh=self.zh, en=self.en)

    @property
    def ground(self) -> Text:
        """Its basis in words."""
        return BASES.get(self.basis, Text(zh="不适用", en="does not apply"))

    @property
    def is_personal(self) -> bool:
        """Whether there is anything about people in it."""
        return self.id != NONE


class Field(msgspec.Struct, frozen=True):
    """One column and the class of what stands in it."""

    table: str
    column: str
    held: str


def as_shipped() -> dict[str, DataClass]:
    """Every class by id as guiju ships it."""
    return dict(_shipped())


def classes(body: Mapping[str, Any] | None) -> dict[str, DataClass]:
    """Every class as the provider's policy says it; what it leaves out stands as shipped."""
    said = {} if body is None else body.get("records", {}).get("classes", {})
    return {name: _with(one, said.get(name)) for name, one in _shipped().items()}


def class_named(name: str) -> DataClass:
    """The class with this id as shipped; raises NotFound `data-class-unknown`."""
    found = _shipped().get(name)
    if found is None or not found.is_personal:
        raise NotFound(
            "data-class-unknown",
            Text(zh=f"没有数据类别 {name[:40]}。", en=f"There is no class of data {name[:40]}."),
            Text(zh="请查看数据类别清单。", en="See the list of classes."),
            param="classes",
        )
    return found


def fields() -> list[Field]:
    """Every column that is registered, by table."""
    return list(_fields())


def fields_of(name: str) -> list[Field]:
    """The columns in which a class stands."""
    return [one for one in _fields() if one.held == name]


def register_digest(found: Mapping[str, DataClass], names: list[str]) -> str:
    """What some classes and their columns say now: a change of it is seen (64 hex digits)."""
    said = [
        {
            "class": msgspec.to_builtins(found[name]),
            "fields": [[one.table, one.column] for one in fields_of(name)],
        }
        for name in sorted(names)
        if name in found
    ]
    return digest(canonical(said))


def faults(tables: Mapping[str, list[str]]) -> list[str]:
    """What stands against keeping these columns: each needs one class, and a class a purpose.

    `tables` are the columns that there are, by table. Empty: nothing.
    """
    return [*_of_columns(tables), *_of_classes()]


def _of_columns(tables: Mapping[str, list[str]]) -> Iterator[str]:
    held: dict[tuple[str, str], list[str]] = {}
    for one in _fields():
        held.setdefault((one.table, one.column), []).append(one.held)
    there = {(table, column) for table, columns in tables.items() for column in columns}
    for table, column in sorted(there - held.keys()):
        yield f"{table}.{column} is kept for no purpose: add it to inventory/fields.toml"
    for table, column in sorted(held.keys() - there):
        yield f"{table}.{column} stands in inventory/fields.toml and nowhere else"
    for (table, column), names in sorted(held.items()):
        if len(names) > 1:
            yield f"{table}.{column} has several classes: {', '.join(names)}"
        for name in names:
            if name not in _shipped():
                yield f"{table}.{column} is of the class {name}, which nobody has described"


def _of_classes() -> Iterator[str]:
    for one in _shipped().values():
        if one.is_personal and not (one.purpose.zh.strip() and one.purpose.en.strip()):
            yield f"the class {one.id} has no purpose"
        if one.is_personal and one.basis not in BASES:
            yield f"the class {one.id} has no ground in law"


def _with(one: DataClass, said: Mapping[str, Any] | None) -> DataClass:
    if said is None:
        return one
    purpose = Text(zh=said["purpose"]["zh"], en=said["purpose"]["en"])
    return msgspec.structs.replace(one, purpose=purpose, basis=said["basis"], said_by="policy")


@cache
def _shipped() -> dict[str, DataClass]:
    given = _read("classes.toml")["class"]
    found = [msgspec.convert(one | {"purpose": Text(**one["purpose"])}, DataClass) for one in given]
    return {one.id: one for one in found}


@cache
def _fields() -> tuple[Field, ...]:
    return tuple(
        Field(table, column, name)
        for table, held in _read("fields.toml")["table"].items()
        for name, columns in held.items()
        for column in columns
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
