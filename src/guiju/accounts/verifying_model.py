# SPDX-License-Identifier: Apache-2.0
"""Verified identities: by what, how well, by whom and until when; never the number itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from guiju.kernel import Text
from guiju.storage import Tx

AGES = ("<3", "3-7", "8-11", "12-15", "16-17", "adult")
"""What a provider may say of an age: a band of the minors' mode, never a date."""


class Proof(StrEnum):
    """By what somebody shows who they are."""

    SMS = "sms"
    EID = "eid"
    NETWORK_ID = "network-id"
    USCC = "uscc"

    @property
    def level(self) -> int:
        """How well they are known then: an index into `policies.LEVELS`."""
        return 1 if self is Proof.SMS else 2

    @property
    def tells_age(self) -> bool:
        """Whether it is a document of one person; a telephone or a firm has no age."""
        return self in {Proof.EID, Proof.NETWORK_ID}

    @property
    def text(self) -> Text:
        """For people."""
        return _TEXT[self]

    @property
    def asked(self) -> Text:
        """What is asked for; it goes to the provider of the proof and is not kept."""
        return _ASKED[self]


_TEXT: Mapping[Proof, Text] = {
    Proof.SMS: Text(zh="手机号码（短信）", en="telephone number (text message)"),
    Proof.EID: Text(zh="电子身份证件", en="electronic identity document"),
    Proof.NETWORK_ID: Text(zh="国家网络身份认证", en="national network identity"),
    Proof.USCC: Text(zh="统一社会信用代码（组织）", en="unified social credit code"),
}
_ASKED: Mapping[Proof, Text] = {
    Proof.SMS: Text(zh="手机号码", en="Telephone number"),
    Proof.EID: Text(zh="证件应用给出的编号", en="Number that the document's app gives"),
    Proof.NETWORK_ID: Text(zh="网号", en="Network number"),
    Proof.USCC: Text(zh="统一社会信用代码", en="Unified social credit code"),
}


@dataclass(frozen=True, slots=True)
class Verification:
    """That a person was verified: `assertion` is the number the provider has for it.

    `development`: by the local provider that verifies nothing. `until`: when it runs out.
    """

    id: str
    person: str
    proof: Proof
    level: int
    provider: str
    assertion: str
    development: bool
    verified_at: datetime
    until: datetime
    withdrawn_at: datetime | None

    def holds_at(self, now: datetime) -> bool:
        """Whether it counts now."""
        return self.withdrawn_at is None and now < self.until


class Started(NamedTuple):
    """A verification under way: the provider's number for it, and what it asks for next."""

    ticket: str
    prompt: Text


class Asserted(NamedTuple):
    """What a provider says in the end: its number for it, and one of `AGES` where it tells one."""

    number: str
    age: str | None = None


class Verifier(Protocol):
    """The port to whoever verifies; it may reach a network, and is never in a transaction."""

    @property
    def name(self) -> str:
        """What records call it."""
        ...

    @property
    def development(self) -> bool:
        """Whether it only looks like one."""
        ...

    def start(self, proof: Proof, given: str) -> Started:
        """Begin with what somebody gave, as a number; raises Invalid or Unavailable."""
        ...

    def finish(self, proof: Proof, ticket: str, answer: str) -> Asserted | None:
        """What it asserts; None when the answer is wrong. Raises Unavailable."""
        ...


Verifiers = Mapping[Proof, Verifier]


class Proofs(Protocol):
    """Who hears of verified identities, in the transaction that keeps or withdraws one."""

    def verified(self, tx: Tx, one: Verification, age: str | None) -> None:
        """Somebody was verified; `age` is one of `AGES`, and kept by nobody in this room."""
        ...

    def withdrawn(self, tx: Tx, one: Verification) -> None:
        """A verification counts no more."""
        ...


class Unheard:
    """Nobody hears of it."""

    def verified(self, tx: Tx, one: Verification, age: str | None) -> None:
        """Nothing follows."""

    def withdrawn(self, tx: Tx, one: Verification) -> None:
        """Nothing follows."""


UNHEARD: Proofs = Unheard()
