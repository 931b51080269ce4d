# SPDX-License-Identifier: Apache-2.0
"""Writes docs/controls.md and docs/law.md from the law data; with --check it only compares."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from guiju.measures import Article, Control, Duty, Law, State, law
from guiju.measures.model import Check, Condition

ROOT = Path(__file__).parent.parent

LAW_HEAD = """\
# The law as data

guiju holds the Interim Measures for the Management of Generative AI Services
(《生成式人工智能服务管理暂行办法》, Order No. 15 of 2023) article by article in
`src/guiju/measures/`. Every obligation is restated in our own words, in Chinese and English; the
binding text is the official one. This page is made from the data by
`python tools/make_controls_doc.py`, and a test compares it.

**Ids.** `9.2` is Article 9, paragraph 2; a letter marks a further duty of the same paragraph
(`9.1b`). Where an article is one paragraph with numbered items, the second number is the item:
`4.1` is Article 4, item (1), and `4.0` its opening words.

**Who.** Each obligation says whom it addresses. Only those of the provider need controls. An
article without one is *not applicable* to the provider; what supports it anyway is still listed.

**Standing.** Nothing is ticked by hand. A control has a check, a check reads the ledger, and the
worst outcome wins upward: `NOT_MET`, `NO_EVIDENCE`, `STALE`, `CHECK_ERROR`, `NOT_EXERCISED`,
`ATTESTED_ONLY`, `MET_WITH_EXCEPTIONS`, `MET`, `NOT_APPLICABLE`. There is no average and no
percentage, and "met" speaks of evidence: the legal conclusion is a person's signed statement.
Beside the outcome stands a strength: *designed*, *implemented*, *operating*, *effective*. Controls
that follow events look back as far as their evidence is valid, the others over the window that was
asked for. A ledger that does not verify turns everything to `CHECK_ERROR`.

**Numbers.** Legal numbers are rules with source and mark (`guiju law rules`): ● confirmed in the
text, ◐ known from a secondary source, ○ from memory and to be verified before it becomes a hard
gate.
"""

CONTROLS_HEAD = """\
# Controls

What is done so that the obligations of the Measures are kept, by software or by people, room by
room. *Planned* controls are not built yet, and their number only falls; *external* ones happen
outside guiju and can only be attested. Made from `src/guiju/measures/controls/` by
`python tools/make_controls_doc.py`, and a test compares it.
"""


def law_page(data: Law) -> str:
    """docs/law.md: every article with its obligations and controls, then the other instruments."""
    parts = [LAW_HEAD]
    parts += [_article(data, article) for article in data.articles.values()]
    parts.append(_instruments(data))
    return "\n".join(parts)


def _article(data: Law, article: Article) -> str:
    lines = [f"## Article {article.number}: {article.title.en} ({article.title.zh})", ""]
    for one in article.obligations:
        who = "nobody" if one.duty is Duty.NONE else one.duty.value
        lines += [f"**{one.id}** ({who}) {one.text.en}  ", f"{one.text.zh}", ""]
        if one.needs_when is not None:
            lines += [f"*{one.needs_when.en.capitalize()}. {one.needs_when.zh}。*", ""]
        controls = ", ".join(_link(control) for control in data.controls_for(one.id))
        lines += [f"Controls: {controls}", ""] if controls else []
    return "\n".join(lines)


def _link(control: Control) -> str:
    planned = "" if control.state is State.BUILT else f" ({control.state.value})"
    return f"[`{control.id}`](controls.md#{control.id}){planned}"


def _instruments(data: Law) -> str:
    lines = [
        "## Instruments",
        "",
        "| id | title | in force | status | mark |",
        "|---|---|---|---|---|",
    ]
    for one in data.instruments.values():
        since = "" if one.in_force is None else one.in_force.isoformat()
        title = f"{one.title.en} ({one.title.zh}), {one.number}".replace("|", "/")
        lines.append(f"| `{one.id}` | {title} | {since} | {one.status.value} | {one.mark.value} |")
    return "\n".join([*lines, ""])


def controls_page(data: Law) -> str:
    """docs/controls.md: every control under its room."""
    rooms: dict[str, list[Control]] = defaultdict(list)
    for control in data.controls.values():
        rooms[control.room].append(control)
    parts = [CONTROLS_HEAD, _count(data.controls.values())]
    for room, controls in sorted(rooms.items()):
        parts += [f"## {room}\n", *(_control(one) for one in controls)]
    return "\n".join(parts)


def _count(controls: Iterable[Control]) -> str:
    states = [one.state for one in controls]
    counts = ", ".join(f"{states.count(state)} {state.value}" for state in State)
    return f"{len(states)} controls: {counts}.\n"


def _control(one: Control) -> str:
    serves = ", ".join(f"`{name}`" for name in one.serves)
    evidence = ", ".join(f"`{name}`" for name in one.evidence)
    manner = f"by {one.how.value}; {one.state.value}; {one.cadence.value}"
    lines = [
        f"### {one.id}",
        "",
        f"**{one.title.en}** ({one.title.zh}). {one.what.en}  ",
        one.what.zh,
        "",
        f"Serves {serves}; {manner}; evidence {evidence}, fresh for {one.valid_days} days.",
        "",
    ]
    if one.check is not None:
        lines += [f"Check: {_check(one.check)}", ""]
    return "\n".join(lines)


def _check(check: Check) -> str:
    kinds = " or ".join(f"`{kind}`" for kind in check.kinds)
    if check.signal is not None:
        return f"the live signal `{check.signal}` holds."
    if not check.kinds:
        return "a signed, unexpired attestation is there."
    if check.type == "present":
        return f"there is a fresh {kinds}."
    when = f" with {_conditions(check.when)}" if check.when else ""
    named = " and the leaf names this control" if check.named else ""
    return f"in each {kinds}{when}: {_conditions(check.holds)}{named}."


def _conditions(conditions: tuple[Condition, ...]) -> str:
    return " and ".join(
        " ".join(filter(None, [f"`{one.fact}`", one.op.value.replace("-", " "), _value(one)]))
        for one in conditions
    )


def _value(condition: Condition) -> str:
    value = condition.value
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def pages() -> dict[Path, str]:
    """Every page this tool makes, by its path."""
    data = law()
    return {
        ROOT / "docs" / "controls.md": controls_page(data),
        ROOT / "docs" / "law.md": law_page(data),
    }


def main() -> int:
    """Write the pages; with --check only say which are out of date."""
    status = 0
    for path, text in pages().items():
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path.relative_to(ROOT)} is out of date: run python tools/make_controls_doc.py")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
