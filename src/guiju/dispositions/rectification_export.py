# SPDX-License-Identifier: Apache-2.0
"""Samples with better answers, in the forms that TRL and LLaMA-Factory read (Article 14).

Only what staff wrote: what a person said trains nothing without their consent, and no consent to
training is on record anywhere yet (Article 11). Personal information is starred out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from guiju.casework import Case
from guiju.dispositions import refusing
from guiju.dispositions.model import REVIEWERS
from guiju.dispositions.rectification_acting import CONTROLS
from guiju.dispositions.rectification_model import Expected, Sample, Words
from guiju.dispositions.rectification_trying import samples_of, written
from guiju.kernel import Actor, Text, digest
from guiju.ledger import append
from guiju.measures import enforces
from guiju.screening import Direction, Outcome, Screen
from guiju.screening.personal import KINDS, Personal
from guiju.storage import Tx

EXPORTED = "rectification-exported"
_EXPORT = Text(zh="导出训练数据", en="export data for training")


@dataclass(frozen=True, slots=True)
class Pair:
    """What was asked, the better answer, and the one it is better than; None: there is none."""

    asked: str
    better: str
    worse: str | None


@dataclass(frozen=True, slots=True)
class Export:
    """Lines of JSON, and how many samples are in them or were left out, and why."""

    data: bytes
    digest: str
    written: int
    left_out: Mapping[str, int]
    masked: int

    def as_facts(self) -> dict[str, object]:
        """The form in which evidence holds it."""
        return {
            "digest": self.digest,
            "written": self.written,
            "left_out": dict(self.left_out),
            "masked": self.masked,
        }


def _trl_sft(pair: Pair) -> dict[str, Any]:
    return {"prompt": [_said("user", pair.asked)], "completion": [_said("assistant", pair.better)]}


def _trl_dpo(pair: Pair) -> dict[str, Any]:
    return {
        "prompt": [_said("user", pair.asked)],
        "chosen": [_said("assistant", pair.better)],
        "rejected": [_said("assistant", pair.worse)],
    }


def _alpaca(pair: Pair) -> dict[str, Any]:
    return {"instruction": pair.asked, "input": "", "output": pair.better}


def _sharegpt(pair: Pair) -> dict[str, Any]:
    return {
        "conversations": [{"from": "human", "value": pair.asked}],
        "chosen": {"from": "gpt", "value": pair.better},
        "rejected": {"from": "gpt", "value": pair.worse},
    }


def _said(role: str, content: str | None) -> dict[str, str | None]:
    return {"role": role, "content": content}


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a line; `compares`: it needs a worse answer too.

    `entry`: what LLaMA-Factory's `dataset_info.json` has to say of it; None: TRL needs nothing.
    """

    line: Callable[[Pair], dict[str, Any]]
    compares: bool
    entry: Mapping[str, Any] | None = None


FORMS: Mapping[str, Form] = {
    "trl-sft": Form(_trl_sft, compares=False),
    "trl-dpo": Form(_trl_dpo, compares=True),
    "llamafactory-alpaca": Form(
        _alpaca,
        compares=False,
        entry={"columns": {"prompt": "instruction", "query": "input", "response": "output"}},
    ),
    "llamafactory-sharegpt-dpo": Form(
        _sharegpt,
        compares=True,
        entry={
            "formatting": "sharegpt",
            "ranking": True,
            "columns": {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"},
        },
    ),
}


@enforces("rectification")
def export(tx: Tx, actor: Actor, case: Case, form: str) -> Export:
    """The samples of a case as one line of JSON each; it goes on record, by digest and counts.

    Raises:
        Refused: `role-needed`.
    """
    if not actor.has(*REVIEWERS):
        raise refusing.role_needed(_EXPORT, REVIEWERS)
    chosen, lines, masked = FORMS[form], [], 0
    left_out = {"no-consent": 0, "no-answer": 0, "no-question": 0, "nothing-worse": 0}
    left_out["no-consent"] = sum(one.request is not None for one in samples_of(tx, case))
    for sample, words in written(tx, case):
        pair, why = _pair(sample, words, compares=chosen.compares)
        if pair is None:
            left_out[why] += 1
            continue
        clean = _masked(pair)
        masked += clean != pair
        lines.append(msgspec.json.encode(chosen.line(clean)) + b"\n")
    data = b"".join(lines)
    made = Export(data, digest(data), len(lines), left_out, masked)
    facts = {"case": case.number, "form": form, **made.as_facts()}
    append(tx, EXPORTED, controls=CONTROLS, actor=actor, subject=case.id, facts=facts)
    return made


def _pair(sample: Sample, words: Words, *, compares: bool) -> tuple[Pair | None, str]:
    """What a trainer learns from a sample, or why nothing."""
    is_output = sample.direction == "output"
    asked = words.asked if is_output else words.text
    if not words.answer.strip():
        return None, "no-answer"
    if not asked.strip():
        return None, "no-question"
    worse = words.text if is_output and sample.expected is Expected.STOPPED else None
    if compares and worse is None:
        return None, "nothing-worse"
    return Pair(asked, words.answer, worse), ""


def _masked(pair: Pair) -> Pair:
    worse = None if pair.worse is None else _starred(pair.worse, "output")
    return Pair(_starred(pair.asked, "input"), _starred(pair.better, "output"), worse)


def _starred(text: str, direction: Direction) -> str:
    return _masker().judge(text, direction).masked(text)


@cache
def _masker() -> Screen:
    """Stars out every kind of personal information, whatever the policy in force does about it."""
    return Screen((), "personal", Personal(dict.fromkeys(KINDS, Outcome.MASK)))
