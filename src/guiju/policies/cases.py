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
from guiju.policies.body import SCOPES
from guiju.screening import Direction, Outcome, Screen

CODE = "cases-invalid"
_EXPECTED = tuple(one.value for one in Outcome)
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the file."""

    line: int
    text: str
    direction: Direction
    expect: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that came out otherwise; the text stays in the file."""

    line: int
    direction: str
    expect: str
    got: str

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


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
    """The cases whose verdict is not the expected one."""
    judged = ((one, screen.judge(one.text, one.direction).outcome.value) for one in given)
    return [
        Difference(one.line, one.direction, one.expect, got)
        for one, got in judged
        if got != one.expect
    ]


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
            "output" if form.word("direction", SCOPES, default="input") == "output" else "input",
            form.word("expect", _EXPECTED),
        )
        form.done()


def _fault(place: str, zh: str, en: str) -> Invalid:
    remedy = Text(
        zh='每行一个 {"text", "direction", "expect"}。',
        en='Give one {"text", "direction", "expect"} a line.',
    )
    return Form({}, CODE, origin=place).fault("", zh, en, remedy)
