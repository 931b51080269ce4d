# SPDX-License-Identifier: Apache-2.0
"""Statements of reasons and appeals for programs, by a key: also that of a suspended person."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Header, Query
from pydantic import BaseModel, BeforeValidator, Field

from guiju import accounts
from guiju.dispositions import appeals, mine
from guiju.kernel import NotFound, Text
from guiju.storage import Database, Tx
from guiju.web import read_json, sign_in_needed

_LONGEST_USER = 200


class AppealIn(BaseModel):
    """What a client says to appeal."""

    statement: str = Field(max_length=60, description="The number of the statement of reasons.")
    words: str = Field(max_length=5_000, description="Why the decision should be reviewed.")
    user: str | None = Field(
        default=None, max_length=_LONGEST_USER, description="An app's end user."
    )


class AppealApi:
    """What was done about a person, and appeals against it, for programs."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def listed(
        self,
        authorization: Annotated[str, Header()] = "",
        user: Annotated[str | None, Query(max_length=_LONGEST_USER)] = None,
    ) -> dict[str, Any]:
        """Statements of reasons to the person behind the key, the newest first."""
        with self._database.read() as tx:
            found = mine.mine(tx, _person(tx, authorization, user))
        return {"statements": [mine.plain(one) for one in found]}

    def file(
        self,
        body: Annotated[AppealIn, Body(), BeforeValidator(read_json)],
        authorization: Annotated[str, Header()] = "",
    ) -> dict[str, Any]:
        """Appeal against a statement: for oneself, or as an app for its end user."""
        with self._database.write() as tx:
            person = _person(tx, authorization, body.user)
            appeals.file_appeal(tx, person, body.statement, body.words)
            return mine.plain(mine.one_of_mine(tx, person, body.statement))


def _person(tx: Tx, authorization: str, user: str | None) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise sign_in_needed()
    person = accounts.look_up(tx, token.strip(), user).person
    if person is None:
        raise NotFound(
            "person-unknown",
            Text(zh="没有这个使用者。", en="There is no such person."),
            Text(zh="请核对 user。", en="Check user."),
        )
    return person
