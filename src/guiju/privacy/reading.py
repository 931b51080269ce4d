# SPDX-License-Identifier: Apache-2.0
"""What comes from forms, programs and command lines, read strictly."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from guiju.accounts import Purpose
from guiju.kernel import Language
from guiju.privacy import refusing
from guiju.privacy.model import LONGEST_CONTACT, LONGEST_TEXT, Asking, Channel, Proof, Wish

# A guardian answers for a child elsewhere; the others a person takes back alone.
WITHDRAWN = tuple(one.value for one in Purpose if one is not Purpose.GUARDIAN)

Choice = TypeVar("Choice", bound=StrEnum)


def one_of(known: type[Choice], param: str, said: str) -> Choice:
    """The choice that `said` names; raises Invalid `choice-unknown`."""
    try:
        return known(said)
    except ValueError:
        raise refusing.unknown_choice(param, [one.value for one in known]) from None


def words(param: str, said: str, most: int = LONGEST_TEXT) -> str:
    """Words within their limit; raises Invalid `field-too-long`."""
    plain = said.strip()
    if len(plain) > most:
        raise refusing.too_long(param, most)
    return plain


def asking(
    *,
    wish: str,
    text: str,
    contact: str = "",
    person: str | None = None,
    proof: Proof = Proof.NONE,
    language: Language = "zh",
    channel: Channel = Channel.WEB,
    consent: str = "",
) -> Asking:
    """A request as somebody hands it in; `consent` counts for a withdrawal by who is signed in.

    Raises:
        Invalid: `choice-unknown`, `words-missing` or `field-too-long`.
    """
    wanted = one_of(Wish, "wish", wish)
    said = words("text", text)
    at_once = wanted is Wish.WITHDRAW and person is not None and bool(consent)
    if at_once and consent not in WITHDRAWN:
        raise refusing.unknown_choice("consent", list(WITHDRAWN))
    if not said and not at_once and (wanted.terms.words or person is None):
        raise refusing.words_missing(wanted)
    return Asking(
        wish=wanted,
        text=said,
        person=person,
        proof=proof,
        contact=words("contact", contact, LONGEST_CONTACT),
        language=language,
        channel=channel,
        consent=consent if at_once else "",
    )
