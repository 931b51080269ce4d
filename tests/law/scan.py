# SPDX-License-Identifier: Apache-2.0
"""Reads the project's own source so that the law tests can hold it against the law data."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import guiju
from guiju.measures import enforcers

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "guiju"
TESTS = ROOT / "tests"


@cache
def enforced() -> Mapping[str, tuple[str, ...]]:
    """What every module of guiju enforces, once all of them are imported."""
    for module in pkgutil.walk_packages(guiju.__path__, "guiju."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return {
        control: tuple(one for one in where if one.startswith("guiju."))
        for control, where in enforcers().items()
    }


def trees(folder: Path, holding: str = "") -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file below `folder` that holds these words, parsed."""
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if holding in text:
            yield path, ast.parse(text, str(path))


@cache
def marked() -> Mapping[str, tuple[str, ...]]:
    """The tests that carry `@pytest.mark.control(...)`, by control id."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, tree in trees(TESTS, "mark.control"):
        for call in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
            if _name(call.func) == "control" and ast.unparse(call.func).endswith("mark.control"):
                place = f"{path.relative_to(ROOT)}:{call.lineno}"
                for name in call.args:
                    found[str(ast.literal_eval(name))].append(place)
    return {name: tuple(places) for name, places in found.items()}


@cache
def emitted() -> frozenset[str]:
    """Every evidence kind that the source hands to something that appends evidence.

    Counted are string arguments of a call whose name speaks of appending, and constants in
    capitals: a kind may be named once and used by its name.
    """
    kinds: set[str] = set()
    for path, tree in trees(SOURCE):
        if "measures" in path.relative_to(SOURCE).parts:
            continue
        for node in ast.walk(tree):
            kinds.update(_kinds_in(node))
    return frozenset(kinds)


def _kinds_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and _appends(node.func):
        yield from _strings([*node.args, *(word.value for word in node.keywords)])
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if all(isinstance(one, ast.Name) and one.id.isupper() for one in targets):
            yield from _strings([node.value])


def _appends(function: ast.expr) -> bool:
    name = _name(function).lower()
    return any(word in name for word in ("append", "evidence", "leaf"))


def _name(function: ast.expr) -> str:
    """The last part of the name by which something is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ast.unparse(function)


def _strings(nodes: list[ast.expr]) -> Iterator[str]:
    """The strings an expression can be: itself, or either side of a choice."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from _strings([node.body, node.orelse])
