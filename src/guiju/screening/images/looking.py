# SPDX-License-Identifier: Apache-2.0
"""What each part of image screening makes of one view of a picture (Articles 4 and 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeAlias

from guiju.screening.fold import BORDER
from guiju.screening.guards import findings_of, not_screened, outcome_of
from guiju.screening.guards.config import GuardConfig
from guiju.screening.images.codes import CodeReader
from guiju.screening.images.decode import jpeg
from guiju.screening.images.hashes import PdqList
from guiju.screening.images.model import ImageFinding, Sight
from guiju.screening.images.pdq import BITS, WAYS, pdq
from guiju.screening.images.pixels import View
from guiju.screening.images.policy import ImagePolicy
from guiju.screening.images.reading import MOST_TEXT, Reader, Script, joined, scripts
from guiju.screening.images.seeing import LONGEST_SIDE, Asker, answered, question
from guiju.screening.model import FULL, Direction, Finding, Outcome, Verdict

TextJudge: TypeAlias = Callable[[str, Direction], Verdict]
"""Judges the text that was read in a picture: `Screen.judge`, or what does more."""

MISSING, FAILED, TOO_LONG, LOW_QUALITY = "missing", "failed", "too-long", "low-quality"


class Part(Protocol):
    """One part, ready to look."""

    name: str

    def look(self, view: View, direction: Direction) -> Sight:
        """What it makes of a view; whatever its library raises is a gap, never a pass."""
        ...


class Missing:
    """A part whose adapter is not there: it answers, and its answer is that it did not look."""

    def __init__(self, name: str) -> None:
        """The name of the part."""
        self.name = name

    def look(self, view: View, direction: Direction) -> Sight:  # noqa: ARG002 - it sees nothing
        """Say so."""
        return Sight(gap=MISSING)


class KnownPictures:
    """Pictures that stand on a list, however they are scaled, packed, turned or mirrored."""

    name = "hashes"

    def __init__(self, known: PdqList, policy: ImagePolicy) -> None:
        """The list, and how near is near."""
        self._known = known
        self._policy = policy

    def look(self, view: View, direction: Direction) -> Sight:  # noqa: ARG002 - lists serve all
        """The nearest listed picture of each kind; none for a picture too plain to tell."""
        hashed = pdq(view.pixels)
        if hashed.quality < self._policy.quality:
            return Sight(gap="" if self._policy.accepts_low_quality else LOW_QUALITY)
        matches = self._known.nearest(hashed.ways, self._policy.distance)
        found = tuple(self._finding(view, *match) for match in matches)
        return Sight(found, max((one.outcome for one in found), default=Outcome.PASS))

    def _finding(self, view: View, place: int, distance: int, way: int) -> ImageFinding:
        mark = self._known.mark(place)
        return ImageFinding(
            part=self.name,
            rule=self._known.rule(place),
            harm=mark.harm,
            detector="pdq",
            outcome=mark.action,
            score=round(1000 * (1 - distance / BITS)),
            view=WAYS[way],
            frame=view.frame,
            backdrop=view.backdrop,
            distance=distance,
        )


class ReadText:
    """Text that a library reads in a picture, as codes or as letters, judged like any text."""

    def __init__(
        self, name: str, read: Callable[[View], Sequence[Script]], judge: TextJudge
    ) -> None:
        """How to read a view, and who judges what was read."""
        self.name = name
        self._read = read
        self._judge = judge

    def look(self, view: View, direction: Direction) -> Sight:
        """The findings of all that was read, each with its place in the picture."""
        try:
            read = self._read(view)
        except Exception:  # noqa: BLE001 - a library over hostile pictures may raise anything
            return Sight(gap=FAILED)
        if sum(len(one.text) for one in read) > MOST_TEXT:
            return Sight(gap=TOO_LONG)
        judged = [(one, self._judge(one.text, direction)) for one in read]
        found = [
            self._finding(view, script, finding)
            for script, verdict in judged
            for finding in verdict.findings
        ]
        return Sight(
            tuple(found),
            max((verdict.outcome for _, verdict in judged), default=Outcome.PASS),
            next((verdict.screened for _, verdict in judged if verdict.screened != FULL), ""),
        )

    def _finding(self, view: View, script: Script, found: Finding) -> ImageFinding:
        return ImageFinding(
            part=self.name,
            rule=found.rule,
            harm=found.harm,
            detector=found.detector,
            outcome=found.outcome,
            score=found.score,
            view=found.view,
            frame=view.frame,
            backdrop=view.backdrop,
            box=script.box(found.start, found.end),
            start=found.start,
            end=found.end,
        )


def code_part(reader: CodeReader, judge: TextJudge) -> ReadText:
    """Codes: all of a view in one text, each reading apart from the next."""

    def read(view: View) -> Sequence[Script]:
        pieces = [
            (reading, code.box) for code in reader.codes(view.pixels) for reading in code.readings
        ]
        return (joined(pieces, BORDER),) if pieces else ()

    return ReadText("codes", read, judge)


def ocr_part(reader: Reader, judge: TextJudge) -> ReadText:
    """Letters: line by line, and across the ends of lines."""

    def read(view: View) -> Sequence[Script]:
        found = reader.read(view.pixels)
        return scripts(found) if found else ()

    return ReadText("ocr", read, judge)


class Seen:
    """What a model that sees says of the picture as a whole."""

    name = "vision"

    def __init__(self, guard: GuardConfig, ask: Asker) -> None:
        """Which model, and who asks it."""
        self._guard = guard
        self._ask = ask

    def look(self, view: View, direction: Direction) -> Sight:
        """Its verdict; an answer that cannot be read, or none, is a gap."""
        if direction not in self._guard.directions:
            return Sight(gap="not-for-" + direction)
        guard = self._guard
        verdict = answered(guard, question(guard, jpeg(view.pixels, LONGEST_SIDE)), self._ask)
        said = not_screened(verdict)
        gap = "" if said == FULL else said.removeprefix("guard-")
        found = findings_of(guard, verdict, 0, 0)
        return Sight(tuple(self._located(view, found)), outcome_of(guard, verdict), gap)

    def _located(self, view: View, found: Sequence[Finding]) -> Iterator[ImageFinding]:
        for one in found:
            yield ImageFinding(
                part=self.name,
                rule=one.rule,
                harm=one.harm,
                detector=one.detector,
                outcome=one.outcome,
                score=one.score,
                view="whole",
                frame=view.frame,
                backdrop=view.backdrop,
            )
