# SPDX-License-Identifier: Apache-2.0
"""Verifying one's identity: pages below `/me/security`, and the API for apps (Article 9)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from guiju.accounts import service, verifying
from guiju.accounts.agreement_api import bearer
from guiju.accounts.model import KeyKind, Publish, Session
from guiju.accounts.refusing_entry import app_key_needed
from guiju.accounts.verifying_model import UNHEARD, Proof, Proofs, Verifiers
from guiju.accounts.visits import visit_of
from guiju.kernel import StandingChanged, isoformat
from guiju.storage import Database, Tx
from guiju.web import Posted, Site

_HERE = "/me/security"


class VerifyPages:
    """Begin, answer, withdraw."""

    def __init__(
        self,
        database: Database,
        site: Site,
        verifiers: Verifiers,
        publish: Publish,
        proofs: Proofs = UNHEARD,
    ) -> None:
        """Work on `database`; `verifiers` say who verifies what, `proofs` hear of it."""
        self._database = database
        self._site = site
        self._verifiers = verifiers
        self._publish = publish
        self._proofs = proofs

    def start(self, request: Request, form: Posted) -> Response:
        """Give a number to the provider, and ask what it wants to hear."""
        viewer, proof = self._site.require_person(request), form.text("proof")
        started, token = verifying.start(
            self._database,
            self._verifiers,
            viewer.id,
            proof,
            given=form.text("given", longest=100),
            visit=visit_of(request, self._site),
        )
        return self._site.page(
            request,
            "accounts/verify.html",
            proof=Proof(proof),
            prompt=started.prompt,
            ticket=token,
            development=self._verifiers[Proof(proof)].development,
        )

    def finish(self, request: Request, form: Posted) -> Response:
        """Answer it."""
        viewer = self._site.require_person(request)
        verifying.finish(
            self._database,
            self._verifiers,
            viewer.actor,
            token=form.text("ticket"),
            answer=form.text("answer", longest=100),
            visit=visit_of(request, self._site),
            proofs=self._proofs,
        )
        self._publish(StandingChanged(viewer.id))
        return self._site.go(f"{_HERE}?done=verified")

    def withdraw(self, request: Request, verification: str, _form: Posted) -> Response:
        """Let one of one's own count no more."""
        viewer = self._site.require_person(request)
        with self._database.write() as tx:
            verifying.withdraw(tx, viewer.actor, verification, proofs=self._proofs)
        self._publish(StandingChanged(viewer.id))
        return self._site.go(f"{_HERE}?done=withdrawn")

    def panel(self, tx: Tx, session: Session) -> dict[str, Any]:
        """What the page of one's own security shows of it."""
        return {
            "verifications": verifying.verifications_of(tx, session.actor.id),
            "verifiers": self._verifiers,
            "now": tx.now,
        }


class VerificationIn(BaseModel):
    """What an app reports of its end user."""

    model_config = ConfigDict(extra="forbid")
    user: str = Field(max_length=256, description="The app's own id of its end user.")
    proof: str = Field(max_length=20, description="sms, eid, network-id or uscc.")
    provider: str = Field(max_length=60, description="Who verified, in letters and digits.")
    assertion: str = Field(max_length=200, description="The provider's number for it.")


class VerifyApi:
    """For apps of the provider's own."""

    def __init__(self, database: Database, publish: Publish) -> None:
        """Work on `database`."""
        self._database = database
        self._publish = publish

    def report(
        self, given: VerificationIn, authorization: Annotated[str, Header()] = ""
    ) -> dict[str, Any]:
        """Report that an end user was verified elsewhere; the number itself is never sent."""
        with self._database.write() as tx:
            key = service.known_key(tx, bearer(authorization))
            if key.kind is not KeyKind.APP:
                raise app_key_needed()
            made = verifying.report(
                tx,
                key.owner,
                given.user,
                given.proof,
                provider=given.provider,
                assertion=given.assertion,
            )
        self._publish(StandingChanged(made.person))
        return {
            "id": made.id,
            "person": made.person,
            "proof": made.proof.value,
            "level": made.level,
            "until": isoformat(made.until),
        }
