# SPDX-License-Identifier: Apache-2.0
"""The steps of a complaint as programs of staff take them; each goes through `acting.take`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from guiju.casework import Case, Facts, OwnStep
from guiju.complaints import acting, sealing, store
from guiju.complaints.model import DECIDED, LONGEST_TEXT
from guiju.kernel import Actor, GuijuError
from guiju.storage import Tx

_Short = Annotated[str, Meta(max_length=300)]
_Words = Annotated[str, Meta(max_length=LONGEST_TEXT, description="The complainant reads it.")]
_Ground = Annotated[
    str, Meta(max_length=300, description="As service-agreement@1:10; empty is Article 15.")
]
_OUTCOMES = ", ".join(one.value for one in DECIDED)


class _Plain(msgspec.Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(max_length=LONGEST_TEXT, description="For colleagues.")] = ""


class _ToComplainant(msgspec.Struct, forbid_unknown_fields=True):
    reason: _Words


class _Decline(msgspec.Struct, forbid_unknown_fields=True):
    facts: Facts
    ground: _Ground = ""


class _Decide(_Decline, forbid_unknown_fields=True, kw_only=True):
    outcome: Annotated[str, Meta(max_length=40, description=f"One of {_OUTCOMES}.")]
    harm: Annotated[str, Meta(max_length=20, description="One of the 31, as A1a.")] = ""
    record: Annotated[
        str, Meta(max_length=300, description="Number of the answer or file it was found in.")
    ] = ""


class _Tell(msgspec.Struct, forbid_unknown_fields=True):
    way: Annotated[str, Meta(description=f"One of {', '.join(acting.WAYS)}.")] = "page"


def _take(verb: str, said: Mapping[str, str], tx: Tx, actor: Actor, case: Case) -> Case:
    return acting.take(tx, actor, case, verb, acting.Said(**said))


def _of_words(verb: str) -> OwnStep:
    form = _ToComplainant if verb in {"ask", "transfer"} else _Plain

    def take(tx: Tx, actor: Actor, case: Case, sent: Any) -> Case:
        return _take(verb, {"words": sent.reason}, tx, actor, case)

    return OwnStep(form, take)


def _decline(tx: Tx, actor: Actor, case: Case, sent: _Decline) -> Case:
    return _take("decline", {"words": sent.facts, "ground": sent.ground}, tx, actor, case)


def _decide(tx: Tx, actor: Actor, case: Case, sent: _Decide) -> Case:
    said = {
        "words": sent.facts,
        "ground": sent.ground,
        "outcome": sent.outcome,
        "harm": sent.harm,
        "record": sent.record,
    }
    return _take("decide", said, tx, actor, case)


def _tell(tx: Tx, actor: Actor, case: Case, sent: _Tell) -> Case:
    return _take("tell", {"way": sent.way}, tx, actor, case)


OWN_STEPS: Mapping[str, OwnStep] = {
    **{verb: _of_words(verb) for verb in ("accept", "handle", "ask", "transfer")},
    "decline": OwnStep(_Decline, _decline),
    "decide": OwnStep(_Decide, _decide),
    "tell": OwnStep(_Tell, _tell),
}


def words_kept(tx: Tx, case: Case) -> Mapping[str, Any] | None:
    """What the complainant wrote, and which files there are; None once it has expired."""
    try:
        given = sealing.given(tx, case)
    except GuijuError:
        return None
    files = store.files(tx, case.id)
    return {
        "text": given.text,
        "about": given.about,
        "contact": given.contact,
        "authority": given.authority,
        "reference": given.reference,
        "attachments": [{"id": one.id, "kind": one.kind, "bytes": one.size} for one in files],
    }
