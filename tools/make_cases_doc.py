# SPDX-License-Identifier: Apache-2.0
"""Writes docs/case-kinds.md from the kinds of cases that the program is wired with."""

from __future__ import annotations

import sys
from pathlib import Path

from guiju.app.cases import KINDS
from guiju.casework import kind_text

PAGE = Path(__file__).parent.parent / "docs" / "case-kinds.md"
HEAD = """\
# Kinds of cases

Each kind of case as its room declares it: who takes which step, with what, and which clocks turn.
[casework.md](casework.md) says what the columns mean. This page is made from the tables by
`python tools/make_cases_doc.py`, and a test compares it.

"""


def page() -> str:
    """What the page should say."""
    return HEAD + "\n".join(kind_text(one) for one in sorted(KINDS, key=lambda one: one.name))


def main() -> int:
    """Write it."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}: {len(list(KINDS))} kinds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
