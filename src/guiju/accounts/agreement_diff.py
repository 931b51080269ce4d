# SPDX-License-Identifier: Apache-2.0
"""What one version of the agreement says otherwise than another, clause by clause. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import zip_longest

from guiju.accounts.agreement_particulars import clauses

Line = tuple[str, str]


def changes(before: str, after: str) -> list[Line]:
    """Clauses as ("-", words) and ("+", words); a changed one stands before what it became."""
    old, new = ([one.words.strip() for one in clauses(text)] for text in (before, after))
    lines: list[Line] = []
    for tag, low, high, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            for gone, come in zip_longest(old[low:high], new[start:end]):
                lines += [("-", gone)] if gone is not None else []
                lines += [("+", come)] if come is not None else []
    return lines
