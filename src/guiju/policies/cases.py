# SPDX-License-Identifier: Apache-2.0
"""Cases for a policy: texts with the verdict that the provider expects, and those that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from guiju.casework import Form
from guiju.kernel import Invalid, Text
from guiju.measures import law
from guiju.screening import DIRECTIONS, Direction, Outcome, Screen, Verdict

CODE = "cases-invalid"
_EXPECTED = tuple(one.value for one in Outcome)
_WAYS: dict[str, Direction] = {one: one for one in DIRECTIONS}
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the file."""

    line: int
    text: str
    direction: Direction
    expect: str
    harm: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that came out otherwise; the text stays in the file."""

    line: int
    direction: str
    expect: str
    got: str
    harm: str | None = None
    harms: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """For JSON; harms only where one was expected."""
        said = asdict(self)
        return {key: said[key] for key in said if self.harm or key not in {"harm", "harms"}}

    def said(self) -> str:
        """For a person: what was expected and what came."""
        if self.harm is None:
            return f"expected {self.expect}, got {self.got}"
        got = " ".join((self.got, *self.harms))
        return f"expected {self.expect} {self.harm}, got {got}"


def read(path: Path) -> list[Case]:
    """Every case of the file; raises Invalid `cases-invalid` with file and line."""
    try:
        lines = path.read_bytes().splitlines()
    except (OSError, ValueError) as error:
        raise _fault(str(path), "无法读取", f"cannot be read ({error})") from error
    found = list(_cases(path, lines))
    if not found:
        # No case is not a passed test.
        raise _fault(str(path), "没有任何用例", "holds no case")
    return found


def differing(given: Sequence[Case], screen: Screen) -> list[Difference]:
    """The cases whose verdict is not the expected one, or does not name the expected harm."""
    judged = ((one, screen.judge(one.text, one.direction)) for one in given)
    return [
        _difference(one, verdict) for one, verdict in judged if not _is_as_expected(one, verdict)
    ]


def _is_as_expected(case: Case, verdict: Verdict) -> bool:
    named = case.harm is None or case.harm in verdict.harms
    return named and verdict.outcome.value == case.expect


def _difference(case: Case, verdict: Verdict) -> Difference:
    got, harms = verdict.outcome.value, tuple(sorted(verdict.harms))
    return Difference(case.line, case.direction, case.expect, got, case.harm, harms)


def _cases(path: Path, lines: Sequence[bytes]) -> Iterator[Case]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path.name}:{number}"
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _fault(place, f"不是 JSON（{error}）", f"is not JSON ({error})") from error
        form = Form(value, CODE, origin=place)
        yield Case(
            number,
            form.text("text", longest=_LONGEST, default=""),
            _WAYS[form.word("direction", DIRECTIONS, default="input")],
            form.word("expect", _EXPECTED),
            form.word("harm", law().harms) if form.has("harm") else None,
        )
        form.done()


def _fault(place: str, zh: str, en: str) -> Invalid:
    remedy = Text(
        zh='每行一个 {"text", "direction", "expect"}，可加 "harm"。',
        en='Give one {"text", "direction", "expect"} a line, and "harm" if you like.',
    )
    return Form({}, CODE, origin=place).fault("", zh, en, remedy)
