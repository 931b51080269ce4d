# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import tomllib
from typing import Any

import pytest
from grimp import ImportGraph
from tests.law.scan import ROOT, SOURCE
from tools.contracts import Rules, broken_doors, names_of_the_door

RULES = Rules("guiju", "app", frozenset({"routes", "commands"}))


def graph_of(importer: str, imported: str, line: str) -> ImportGraph:
    graph = ImportGraph()
    for name in (importer, imported):
        graph.add_module(name)
    graph.add_import(importer=importer, imported=imported, line_number=1, line_contents=line)
    return graph


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("guiju.storage.vault", "guiju.kernel"),
        ("guiju.storage.vault", "guiju.storage.tables"),
        ("guiju.storage", "guiju.storage.tables"),
        ("guiju.storage.vault", "threading"),
        ("guiju.app.cli", "guiju.policies.commands"),
        ("guiju.app.asgi", "guiju.policies.routes"),
    ],
)
def test_doors_the_own_room_and_wiring_are_open(importer: str, imported: str) -> None:
    """What a room may write."""
    assert broken_doors(graph_of(importer, imported, f"import {imported}"), RULES) == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("guiju.policies.service", "guiju.ledger.service"),
        ("guiju.policies", "guiju.ledger.tiles.files"),
        ("guiju.app.cli", "guiju.policies.service"),
        ("guiju.app.cli", "guiju.policies.pages.routes"),
        ("guiju.gateway.server", "guiju.policies.routes"),
    ],
)
def test_going_round_the_door_is_seen(importer: str, imported: str) -> None:
    """However deep, and by the composing room too."""
    line = f"from {imported} import thing"
    assert broken_doors(graph_of(importer, imported, line), RULES) == [(importer, imported)]


def test_a_name_of_the_door_may_be_that_of_a_module() -> None:
    """`from guiju.kernel import canonical` is the function; naming the module is not the door."""
    names = ("guiju.storage.tables", "guiju.kernel.canonical")
    assert "canonical" in names_of_the_door("guiju.kernel")
    assert broken_doors(graph_of(*names, "from guiju.kernel import canonical"), RULES) == []
    line = "from guiju.kernel.canonical import digest"
    assert broken_doors(graph_of(*names, line), RULES) == [names]


def test_a_part_with_a_door_of_its_own_may_be_entered_there_and_no_deeper() -> None:
    """A package inside a room that has an `__all__` is a side door; its modules are not."""
    part = "guiju.screening.importing"
    graph = graph_of("guiju.policies.body", part, f"from {part} import read_lexicon")
    graph.add_module(f"{part}.reading")
    assert broken_doors(graph, RULES) == []
    deep = ("guiju.policies.body", f"{part}.reading")
    assert broken_doors(graph_of(*deep, f"import {deep[1]}"), RULES) == [deep]
    closed = ("guiju.policies.body", "guiju.storage.migrations")
    graph = graph_of(*closed, f"import {closed[1]}")
    graph.add_module(f"{closed[1]}.versions")
    assert broken_doors(graph, RULES) == [closed]


def contracts() -> list[dict[str, Any]]:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = data["tool"]["importlinter"]["contracts"]
    return found


def test_no_contract_has_an_exception() -> None:
    """The list of ignored imports is empty and stays so."""
    assert [one["name"] for one in contracts() if one.get("ignore_imports")] == []


def test_every_room_has_a_door_that_says_what_it_offers() -> None:
    """Except the one that composes: it imports all, and nobody imports it."""
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")} - {"app"}
    assert len(rooms) > 3
    assert [room for room in rooms if not names_of_the_door(f"guiju.{room}")] == []
