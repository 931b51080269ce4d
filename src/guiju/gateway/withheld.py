# SPDX-License-Identifier: Apache-2.0
"""What is withdrawn from all answers is not said, shown or played anew (Article 14).

A whole answer and a file are known by their digest. A stream is held back only while it begins as a
withdrawn text does: so nothing of that leaves, and any other text is late by its first words. While
nothing is withdrawn nothing is held and nothing is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guiju.dispositions import Entry, Withdrawn
from guiju.records import FIRST, Finding, Sameness, plain

if TYPE_CHECKING:
    from guiju.gateway.work import Work

DETECTOR = "withdrawn"
"""By whose word it is stopped: neither a lexicon nor a model, but the decision of a case."""


class Suspense:
    """The text of one channel, held until it shows that it is none of the withdrawn ones."""

    __slots__ = ("_held", "_length", "_next", "_over", "_same", "_step", "_withdrawn")

    def __init__(self, withdrawn: Withdrawn, same: Sameness) -> None:
        """Nothing was said yet."""
        self._withdrawn = withdrawn
        self._same = same
        self._held: list[str] = []
        self._length = 0
        self._step = 0
        self._next = FIRST
        self._over = False

    def take(self, text: str) -> str:
        """What may be said now that `text` has come."""
        if self._over:
            return text
        self._held.append(text)
        self._length += len(text)
        # Without blanks it is no longer than with them.
        if self._length > self._next:
            said = plain("".join(self._held))
            # The last character may yet become another, with an accent that follows.
            while len(said) > self._next:
                start = self._same.of_start(said[: self._next])
                if not self._withdrawn.begins(self._step, start):
                    return self.let_go()
                self._step += 1
                self._next *= 2
        return ""

    def let_go(self) -> str:
        """What was held, which is not held any longer."""
        self._over = True
        said, self._held = "".join(self._held), []
        return said

    def end(self) -> tuple[str, Entry | None]:
        """What may be said at the end of the text; or why it may not."""
        if not self._held:
            return "", None
        why = self._withdrawn.of(self._same.of_text("".join(self._held)))
        return ("", why) if why is not None else (self.let_go(), None)


def why_withdrawn(work: Work, digest: str | None, length: int) -> bool:
    """Whether content with this digest is withdrawn; then it is noted by which case.

    `length`: in characters, 0 for a file.
    """
    why = work.rules.withdrawn.of(digest)
    if why is not None:
        note(work, why, length)
    return why is not None


def note(work: Work, why: Entry, length: int) -> None:
    """Keep as a finding that something was not delivered, by which case and for which harm."""
    work.findings.append(
        Finding(
            direction="output",
            harm=why.harm,
            detector=DETECTOR,
            rule=why.number,
            action="block",
            start=0,
            end=length,
        )
    )
