# SPDX-License-Identifier: Apache-2.0
"""A policy's body written as TOML, as a person would, to start the next version from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import msgspec

_TABLES = ("images", "stream", "urgent", "classifier")
_LISTS = ("guard", "rule", "answer", "lexicon", "hash_list", "entry")


def as_toml(body: Mapping[str, Any]) -> str:
    """Text that reads as `body`."""
    screening = body["screening"]
    said = {key: screening[key] for key in ("reply", "refusal")}
    lines = [
        *_table("[screening]", said),
        *_parts(screening),
        *_labels(body["labels"]),
        *_records(body["records"]),
        *_named(body, "upstreams"),
        *_named(body, "models"),
        *_review(body),
        *chain.from_iterable(
            _table(f"[limits.{name}]", one) for name, one in body.get("limits", {}).items()
        ),
        *_dispositions(body),
        *(_table("[incidents]", body["incidents"]) if "incidents" in body else ()),
        *_complaints(body.get("complaints")),
        *_identity(body.get("identity")),
        *(_table("[minors]", body["minors"]) if "minors" in body else ()),
        *_companion(body.get("companion")),
        *chain.from_iterable(
            _table(f"[tiers.{name}]", one) for name, one in body.get("tiers", {}).items()
        ),
        *(_table("[agreement]", body["agreement"]) if "agreement" in body else ()),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _records(table: Mapping[str, Any]) -> Iterator[str]:
    yield from _table("[records]", {key: one for key, one in table.items() if key != "classes"})
    for name, one in table.get("classes", {}).items():
        yield from _table(f"[records.classes.{name}]", one)


def _parts(screening: Mapping[str, Any]) -> Iterator[str]:
    for key in ("personal", *_TABLES):
        if key in screening:
            yield from _table(f"[screening.{key}]", screening[key])
    for key in _LISTS:
        for one in screening.get(key, ()):
            yield from _table(f"[[screening.{key}]]", one)


def _dispositions(body: Mapping[str, Any]) -> Iterator[str]:
    table = body.get("dispositions")
    if table is not None:
        said = {key: one for key, one in table.items() if key != "ladder"}
        yield from _table("[dispositions]", said)
        for one in table["ladder"]:
            yield from _table("[[dispositions.ladder]]", one)


def _companion(table: Mapping[str, Any] | None) -> Iterator[str]:
    if table is not None:
        said = {key: one for key, one in table.items() if key != "scene"}
        yield from _table("[companion]", said)
        for one in table["scene"]:
            yield from _table("[[companion.scene]]", one)


def _review(body: Mapping[str, Any]) -> Iterator[str]:
    table = body.get("review")
    if table is not None:
        yield from _table("[review]", {key: one for key, one in table.items() if key != "harm"})
        for one in table.get("harm", ()):
            yield from _table("[[review.harm]]", one)


def _labels(labels: Mapping[str, Any]) -> Iterator[str]:
    for key, one in labels.items():
        yield from _table(f"[labels.{key}]", one)


def _complaints(table: Mapping[str, Any] | None) -> Iterator[str]:
    if table is None:
        return
    lists = ("channel", "authority")
    yield from _table("[complaints]", {key: one for key, one in table.items() if key not in lists})
    for key in lists:
        for one in table[key]:
            yield from _table(f"[[complaints.{key}]]", one)


def _identity(table: Mapping[str, Any] | None) -> Iterator[str]:
    if table is None:
        return
    yield from _table("[identity]", {key: one for key, one in table.items() if key != "functions"})
    if "functions" in table:
        yield from _table("[identity.functions]", table["functions"])


def _named(body: Mapping[str, Any], key: str) -> Iterator[str]:
    for name, one in body.get(key, {}).items():
        yield from _table(f"[{key}.{_value(name)}]", one)


def _table(head: str, values: Mapping[str, Any]) -> Iterator[str]:
    yield head
    for key, value in values.items():
        if value != "":
            yield f"{key} = {_value(value)}"
    yield ""


def _value(value: Any) -> str:
    """JSON writes strings, numbers and truth as TOML does; tables it does not."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key} = {_value(one)}" for key, one in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return msgspec.json.encode(value).decode()
