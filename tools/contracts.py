# SPDX-License-Identifier: Apache-2.0
"""The import contract that import-linter does not bring: a room is entered through its door."""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

_SIDE_DOOR = 2  # dots in `guiju.room.part`


class Rules(NamedTuple):
    """Where the rooms are, which one composes them, and which of their modules it may wire."""

    root: str
    composer: str
    faces: frozenset[str]


def broken_doors(graph: ImportGraph, rules: Rules) -> list[tuple[str, str]]:
    """Every import of something inside another room, as (importer, imported)."""
    return sorted(
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if not _is_allowed(importer, imported, rules)
        and not _is_behind_a_side_door(graph, importer, imported, rules)
        and not _is_a_name_of_the_door(graph, importer, imported)
    )


def _is_allowed(importer: str, imported: str, rules: Rules) -> bool:
    if not imported.startswith(f"{rules.root}."):
        return True
    room, *inside = imported.removeprefix(f"{rules.root}.").split(".")
    enters_from = importer.removeprefix(f"{rules.root}.").split(".")[0]
    wires = enters_from == rules.composer and inside[1:] == [] and set(inside) <= rules.faces
    return not inside or enters_from == room or wires


def _is_behind_a_side_door(graph: ImportGraph, importer: str, imported: str, rules: Rules) -> bool:
    """Whether this is a side door, or for the composer a face just behind one."""
    if _is_a_side_door(graph, imported):
        return True
    part, _, face = imported.rpartition(".")
    composes = importer.removeprefix(f"{rules.root}.").split(".")[0] == rules.composer
    return composes and face in rules.faces and _is_a_side_door(graph, part)


def _is_a_side_door(graph: ImportGraph, module: str) -> bool:
    """Whether this is a part of a large room with a door of its own: a package with `__all__`.

    So that whoever wants one part need not load the others with it.
    """
    if module not in graph.modules or module.count(".") != _SIDE_DOOR:
        return False
    return bool(graph.find_children(module)) and bool(names_of_the_door(module))


def _is_a_name_of_the_door(graph: ImportGraph, importer: str, imported: str) -> bool:
    """Whether `from room import name` means what the door calls so, and not the module `name`."""
    room, _, name = imported.rpartition(".")
    lines = graph.get_import_details(importer=importer, imported=imported)
    says_so = all(line["line_contents"].startswith(f"from {room} import") for line in lines)
    return bool(lines) and says_so and name in names_of_the_door(room)


@cache
def names_of_the_door(room: str) -> frozenset[str]:
    """What `__all__` of the package `room` lists, read without importing it."""
    spec = find_spec(room)
    if spec is None or spec.origin is None:
        return frozenset()
    for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


class DoorsContract(Contract):
    """No module imports what lies inside another room; only the composer wires its faces."""

    root = fields.StringField()
    composer = fields.StringField()
    faces = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - its signature
        """Kept when every import from another room is of its door."""
        rules = Rules(str(self.root), str(self.composer), frozenset(_texts(self.faces)))
        broken = broken_doors(graph, rules)
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say each import that is not allowed, and what to write instead."""
        for importer, imported in check.metadata["broken"]:
            door = ".".join(imported.split(".")[:2])
            output.print_error(f"{importer} imports {imported}: import from {door} instead.")


def _texts(value: Any) -> set[str]:
    return {str(one) for one in value}
