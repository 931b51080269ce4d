# SPDX-License-Identifier: Apache-2.0
"""A table, and a whole kind of case, drawn for the docs: a Mermaid state diagram and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from guiju.casework.kind import Kind, LegalClock
from guiju.casework.model import Machine, Transition


def mermaid(machine: Machine, language: str = "en") -> str:
    """The table as a Mermaid `stateDiagram-v2`."""
    lines = ["stateDiagram-v2", f"    [*] --> {_name(machine.start)}"]
    for one in machine.transitions:
        arrow = f"{_name(one.source)} --> {_name(one.target)}"
        lines.append(f"    {arrow}: {_label(one, language)}")
    lines += [f"    {_name(end)} --> [*]" for end in machine.states if end in machine.ends]
    return "\n".join(lines) + "\n"


def table_text(machine: Machine, language: str = "en") -> str:
    """The table as Markdown, one line a transition."""
    rows = [
        (one.source, one.text.to(language), one.target, _who(one), one.evidence)
        for one in machine.transitions
    ]
    return _table(("from", "verb", "to", "who", "evidence"), rows)


def kind_text(kind: Kind, language: str = "en") -> str:
    """A kind of case as a section of Markdown: states, diagram, steps and clocks."""
    head = f"## {kind.name}\n\n{kind.text.zh}, {kind.text.en}. Numbers begin with {kind.prefix}-."
    queue = f"Waits in the queue `{kind.queue}`; {' and '.join(kind.roles)} work on it."
    parts = [head, queue, f"```mermaid\n{mermaid(kind.machine, language)}```"]
    parts += [_states(kind), _steps(kind, language)]
    if kind.clocks:
        parts.append(_clocks(kind, language))
    return "\n\n".join(one.strip() for one in parts) + "\n"


def _states(kind: Kind) -> str:
    rows = [
        (f"`{name}`", text.zh, text.en, kind.queue_of(name) or "")
        for name, text in kind.states.items()
    ]
    return _table(("state", "zh", "en", "queue"), rows)


def _steps(kind: Kind, language: str) -> str:
    rows = [
        (one.source, one.text.to(language), one.target, _who(one), _asks(kind, one), one.evidence)
        for one in kind.machine.transitions
    ]
    return _table(("from", "verb", "to", "who", "takes, does", "evidence"), rows)


def _asks(kind: Kind, one: Transition) -> str:
    asked = ["grounds and facts"] if one.decides else []
    asked += [kind.guard(name).text.en for name in one.guards]
    asked += [f"{effect.do.value}s {effect.clock}" for effect in one.clocks]
    return "; ".join(asked)


def _clocks(kind: Kind, language: str) -> str:
    rows = [
        (one.name, one.text.to(language), _limit(one), f"`{one.then}`" if one.then else "late")
        for one in kind.clocks
    ]
    return _table(("clock", "for", "limit", "when over"), rows)


def _limit(one: LegalClock) -> str:
    if one.limit is None:
        return "said when it starts"
    limit = one.limit
    return f"{limit.amount} {limit.unit.value}, {limit.basis.value}: {limit.rule}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _name(state: str) -> str:
    """Mermaid reads a hyphen as part of an arrow."""
    return state.replace("-", "_")


def _label(one: Transition, language: str) -> str:
    # A colon or semicolon would end the label.
    text = one.text.to(language).replace(":", " ").replace(";", " ")
    return f"{text} ({_who(one)})"


def _who(one: Transition) -> str:
    named = " or ".join(one.roles) or ("a person" if one.by_person else "software")
    other = ", another person" if one.needs_other_person else ""
    outside = ", with no part in the first case" if one.needs_outsider else ""
    second = f", approved by another {' or '.join(one.approved_by)}" if one.approved_by else ""
    return f"{named}{other}{outside}{second}{', with a reason' if one.needs_reason else ''}"
