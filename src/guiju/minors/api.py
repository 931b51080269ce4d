# SPDX-License-Identifier: Apache-2.0
"""Ages, time and spending for programs: by a person's own key, or by an app for its end user."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Body, Header, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from guiju import accounts
from guiju.accounts import KeyKind, Verification
from guiju.casework import Case
from guiju.kernel import Actor, ActorKind, NotFound, StandingChanged, Text, isoformat
from guiju.minors import refusing, service, showing
from guiju.minors.ages import GUESSED, Source, stage_named
from guiju.minors.model import Inference, Publish
from guiju.storage import Database, Tx
from guiju.web import read_json, sign_in_needed

_LONGEST_USER = 200
_STRICT = ConfigDict(extra="forbid")
# What an app calls verification is its own word, unless a document says so (`Proving`).
_SOURCES = {
    "self": Source.SELF,
    "device": Source.DEVICE,
    "app": Source.APP,
    "verification": Source.APP,
}


class Whose(BaseModel):
    """Of whom an app speaks; left out with a person's own key."""

    model_config = _STRICT
    user: str | None = Field(
        default=None, max_length=_LONGEST_USER, description="An app's end user."
    )


class AgeIn(Whose):
    """An age, by birth date, which is not kept, or by band."""

    source: str = Field(
        default="self",
        max_length=12,
        description="self, device, or app: what the app itself knows (verification is the same).",
    )
    born: date | None = Field(default=None, description="Date of birth; it is not kept.")
    band: str | None = Field(
        default=None, max_length=8, description="<3, 3-7, 8-11, 12-15, 16-17 or adult."
    )
    verification: str | None = Field(
        default=None, max_length=40, description="ver_..., of a document that says so."
    )


class InferenceIn(Whose):
    """What the operator's own means infer about somebody."""

    score: int = Field(ge=0, le=1000, description="Per mille: how sure it is that it is a minor.")
    method: str = Field(max_length=60, description="Name and version of what infers.")
    band: str | None = Field(default=None, max_length=8, description="If it says one.")


class AppealIn(Whose):
    """Why somebody says they are no minor."""

    words: str = Field(max_length=5_000)


class WhoseIn(Whose):
    """Whom it is about."""


_Key = Annotated[str, Header(alias="authorization")]


class MinorsApi:
    """Minors' mode for programs."""

    def __init__(self, database: Database, publish: Publish) -> None:
        """Work on `database`; `publish` lets caches forget whose protection has changed."""
        self._database = database
        self._publish = publish

    def mine(
        self,
        authorization: _Key = "",
        user: Annotated[str | None, Query(max_length=_LONGEST_USER)] = None,
    ) -> dict[str, Any]:
        """How the person is protected, what was used today, what is left and when it opens.

        `companion`: what becomes of what is said to one; null where no scene is a companion.
        """
        with self._database.read() as tx:
            _, person = _whose(tx, authorization, user)
            found = showing.plain(showing.of(tx, person))
            appeals = [_appeal(one.case, one.told) for one in service.mine(tx, person)]
            companion = showing.interaction(tx, person)
        said = None if companion is None else companion._asdict()
        return found | {"appeals": appeals, "companion": said}

    def age(
        self,
        body: Annotated[AgeIn, Body(), BeforeValidator(read_json)],
        authorization: _Key = "",
    ) -> dict[str, Any]:
        """Say an age: one's own, or as an app that of its end user.

        An app's word that somebody is grown up who is held for a minor changes nothing by itself:
        `review` is the case in which a person decides, and the mode stays until then.
        """
        stage = None if body.band is None else stage_named(body.band)
        if body.source not in _SOURCES or (body.band is not None and stage is None):
            raise refusing.age_invalid()
        with self._database.write() as tx:
            actor, person = _whose(tx, authorization, body.user, introduce=True)
            proof = None if body.verification is None else _proof(tx, person, body.verification)
            review = service.hear(
                tx,
                actor,
                person,
                _SOURCES[body.source],
                born=body.born,
                stage=stage,
                proof=proof,
            )
            found = showing.plain(showing.of(tx, person))
        self._publish(StandingChanged(person))
        return found | {"review": None if review is None else _appeal(review, "")}

    def infer(
        self,
        body: Annotated[InferenceIn, Body(), BeforeValidator(read_json)],
        authorization: _Key = "",
    ) -> dict[str, Any]:
        """Say that somebody may be a minor; they are told, and can appeal to a person."""
        stage = GUESSED if body.band is None else stage_named(body.band)
        if stage is None or not stage.is_minor:
            raise refusing.age_invalid()
        with self._database.write() as tx:
            actor, person = _whose(tx, authorization, body.user)
            taken = service.infer(tx, actor, person, Inference(body.score, body.method, stage))
            found = showing.plain(showing.of(tx, person))
        self._publish(StandingChanged(person))
        return found | {"taken_for_minor": taken}

    def appeal(
        self,
        body: Annotated[AppealIn, Body(), BeforeValidator(read_json)],
        authorization: _Key = "",
    ) -> dict[str, Any]:
        """Say that one is no minor; a person decides."""
        with self._database.write() as tx:
            _, person = _whose(tx, authorization, body.user)
            case = service.file_appeal(tx, person, body.words)
        return _appeal(case, "")

    def invite(
        self,
        body: Annotated[WhoseIn, Body(), BeforeValidator(read_json)],
        authorization: _Key = "",
    ) -> dict[str, Any]:
        """Make a code with which a guardian says yes at /me/guardian; shown this once."""
        with self._database.write() as tx:
            _, person = _whose(tx, authorization, body.user)
            made = service.invite(tx, Actor(ActorKind.PERSON, person), person)
        return {"link": made.link.id, "code": made.code, "until": isoformat(made.link.expires_at)}

    def confirm(
        self,
        link: str,
        body: Annotated[WhoseIn, Body(), BeforeValidator(read_json)],
        authorization: _Key = "",
    ) -> dict[str, Any]:
        """Confirm, for the ward, who accepted a code."""
        with self._database.write() as tx:
            _, person = _whose(tx, authorization, body.user)
            found = service.confirm(tx, Actor(ActorKind.PERSON, person), link)
        self._publish(StandingChanged(person))
        return {"link": found.id, "state": found.state.value}

    def spending(
        self,
        body: Annotated[WhoseIn, Body(), BeforeValidator(read_json)],
        authorization: _Key = "",
    ) -> dict[str, Any]:
        """Whether the person may be charged; 403 `minors.spending` for a minor, always."""
        with self._database.write() as tx:
            actor, person = _whose(tx, authorization, body.user)
            refused = service.check_spending(tx, actor, person)
        if refused is not None:
            raise refused
        return {"allowed": True}


def _appeal(case: Case, told: str) -> dict[str, Any]:
    due = None if case.due is None else isoformat(case.due)
    return {"number": case.number, "state": case.state, "due": due, "told": told}


def _proof(tx: Tx, person: str, verification: str) -> Verification:
    """The verification of this person that an age rests on.

    Raises:
        Invalid: `age-verification-invalid`.
    """
    for one in accounts.verifications_of(tx, person):
        if one.id == verification and one.holds_at(tx.now) and one.proof.tells_age:
            return one
    raise refusing.proof_invalid()


def _whose(
    tx: Tx, authorization: str, user: str | None, *, introduce: bool = False
) -> tuple[Actor, str]:
    """Who acts by this key, and about whom.

    Raises:
        Refused: `sign-in-needed`, `key-unknown` or `key-revoked`.
        NotFound: `person-unknown`.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise sign_in_needed()
    caller = accounts.look_up(tx, token.strip(), user)
    of_app = caller.kind is KeyKind.APP and caller.app is not None
    app = Actor(ActorKind.APP, caller.app or "")
    person = caller.person
    if person is None and of_app and introduce and user is not None:
        person = accounts.introduce_end_user(tx, app, user).id
    if person is None:
        raise NotFound(
            "person-unknown",
            Text(zh="没有这个使用者。", en="There is no such person."),
            Text(zh="请核对 user。", en="Check user."),
        )
    return (app if of_app else Actor(ActorKind.PERSON, person)), person
