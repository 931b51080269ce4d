# SPDX-License-Identifier: Apache-2.0
"""A transition table drawn for the docs: as a Mermaid state diagram and as a plain table."""

from __future__ import annotations

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
    heads = ("from", "verb", "to", "who", "evidence")
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for one in machine.transitions:
        cells = (one.source, one.text.to(language), one.target, _who(one), one.evidence)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


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
    return f"{named}{other}{', with a reason' if one.needs_reason else ''}"
