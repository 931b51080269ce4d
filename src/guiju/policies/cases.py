# SPDX-License-Identifier: Apache-2.0
"""Cases for a policy: texts with the verdict that the provider expects, and those that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from guiju.kernel import Form, Invalid, Text
from guiju.measures import harms
from guiju.policies.judging import Judge, Judged
from guiju.policies.part import LONGEST_NAME
from guiju.screening import DIRECTIONS, Direction, Outcome
from guiju.screening.matrix import AUDIENCES, Audience

CODE = "cases-invalid"
_EXPECTED = tuple(one.value for one in Outcome)
_WAYS: dict[str, Direction] = {one: one for one in DIRECTIONS}
_WHO: dict[str, Audience] = {one: one for one in AUDIENCES}
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the file."""

    line: int
    text: str
    direction: Direction
    expect: str
    harm: str | None = None
    audience: Audience = "general"
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that came out otherwise; the text stays in the file."""

    line: int
    direction: str
    expect: str
    got: str
    harm: str | None = None
    harms: tuple[str, ...] = ()
    audience: str = "general"
    rule: str | None = None
    decided_by: str | None = None

    def plain(self) -> dict[str, Any]:
        """For JSON; harms and rules only where one was expected or decided."""
        said = {**asdict(self), "harms": list(self.harms)}
        left = set() if self.harm else {"harm", "harms"}
        left |= {key for key in ("rule", "decided_by") if said[key] is None}
        left |= {"audience"} if self.audience == "general" else set()
        return {key: value for key, value in said.items() if key not in left}

    def said(self) -> str:
        """For a person: what was expected and what came."""
        wanted = [self.expect, *([self.harm] if self.harm else [])]
        got = [self.got, *(self.harms if self.harm else ())]
        return f"expected {_by(wanted, self.rule)}, got {_by(got, self.decided_by)}"


def _by(words: Sequence[str], rule: str | None) -> str:
    return " ".join(words) + (f" by {rule}" if rule else "")


class Outcomes(NamedTuple):
    """What came of all cases: those that differ, and how many each named rule decided."""

    differ: list[Difference]
    rules: Counter[str]


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


def tried(given: Sequence[Case], judge: Judge) -> Outcomes:
    """The cases whose verdict, harm or rule is not the expected one."""
    rules, differ = Counter[str](), list[Difference]()
    for one in given:
        judged = judge.judge(one.text, one.direction, one.audience)
        rules.update(filter(None, [judged.rule]))
        if not _is_as_expected(one, judged):
            differ.append(_difference(one, judged))
    return Outcomes(differ, rules)


def _is_as_expected(case: Case, judged: Judged) -> bool:
    named = case.harm is None or case.harm in judged.verdict.harms
    decided = case.rule is None or case.rule == judged.rule
    return named and decided and judged.verdict.outcome.value == case.expect


def _difference(case: Case, judged: Judged) -> Difference:
    return Difference(
        line=case.line,
        direction=case.direction,
        expect=case.expect,
        got=judged.verdict.outcome.value,
        harm=case.harm,
        harms=tuple(sorted(judged.verdict.harms)),
        audience=case.audience,
        rule=case.rule,
        decided_by=judged.rule,
    )


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
            form.word("harm", harms()) if form.has("harm") else None,
            _WHO[form.word("audience", AUDIENCES, default="general")],
            form.text("rule", longest=LONGEST_NAME) if form.has("rule") else None,
        )
        form.done()


def _fault(place: str, zh: str, en: str) -> Invalid:
    remedy = Text(
        zh='每行一个 {"text", "direction", "expect"}，可加 "audience"、"harm"、"rule"。',
        en='Give one {"text", "direction", "expect"} a line, and "audience", "harm" or "rule".',
    )
    return Form({}, CODE, origin=place).fault("", zh, en, remedy)
