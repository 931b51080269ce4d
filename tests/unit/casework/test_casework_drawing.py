# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from tests.unit.casework.sample import OBJECTION

from guiju.casework import Machine, Transition, kind_text, mermaid, table_text
from guiju.kernel import Text

MACHINE = Machine(
    "sample",
    "to-do",
    [
        Transition("to-do", "begin", "open", Text(zh="开始", en="begin: now"), "decision-made"),
        Transition(
            "open",
            "close",
            "done",
            Text(zh="结束", en="close"),
            "decision-made",
            roles=("clerk", "officer"),
            needs_other_person=True,
            by_person=True,
            needs_reason=True,
        ),
    ],
)


def test_the_diagram_has_start_end_and_every_line() -> None:
    """Names and labels are written so that Mermaid can read them."""
    expected = (
        "stateDiagram-v2\n"
        "    [*] --> to_do\n"
        "    to_do --> open: begin  now (software)\n"
        "    open --> done: close (clerk or officer, another person, with a reason)\n"
        "    done --> [*]\n"
    )
    assert expected == mermaid(MACHINE)


def test_the_table_has_every_line_in_the_language_asked_for() -> None:
    """The same lines as Markdown."""
    expected = (
        "| from | verb | to | who | evidence |\n"
        "|---|---|---|---|---|\n"
        "| to-do | 开始 | open | software | decision-made |\n"
        "| open | 结束 | done | clerk or officer, another person, with a reason |"
        " decision-made |\n"
    )
    assert expected == table_text(MACHINE, "zh")


def test_a_kind_is_drawn_with_states_steps_and_clocks() -> None:
    """What a step takes and does to clocks, and what happens when one is over."""
    text = kind_text(OBJECTION)
    for line in (
        "| `waiting` | waiting | waiting |  |",
        "| handling | ask | waiting | reviewer | pauses answer | case-moved |",
        "| confirm | confirm or lapse | 24 hours, internal: confirm-or-lapse | `lapse` |",
        "| answer | answer | 10 working-days, published: objections@1 | late |",
        "safety-officer, with no part in the first case, approved by another safety-officer",
    ):
        assert line in text
