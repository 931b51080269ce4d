# SPDX-License-Identifier: Apache-2.0
"""May this caller use the service? Pure questions that the gateway asks of each request."""

from __future__ import annotations

from guiju.accounts import agreement_refusing, refusing
from guiju.accounts.model import Caller, Person, PersonState
from guiju.measures import enforces


@enforces("agreement-before-use")
def require_agreement(caller: Caller) -> None:
    """Pass whoever has accepted the agreement in force, or an earlier one that still counts.

    A version that changes words only, or that people are told of, leaves the earlier one counting;
    so does a material one until its grace is over (Article 9).

    Raises:
        Refused: `agreement-not-accepted`, also for an end user nobody has introduced.
        Unavailable: `agreement-none`, while nothing is published that could be accepted.
    """
    required = caller.agreement_required
    if required is None:
        raise agreement_refusing.no_agreement()
    if caller.person is None or caller.agreement is None or caller.agreement < required:
        raise agreement_refusing.agreement_not_accepted(caller.agreement_newest or required)


def require_waiver(caller: Caller, terms: str | None) -> None:
    """Pass whoever accepted these terms for content without a visible label.

    `terms` is the digest of those in force, None where there are none (Labelling Measures, Art. 9).

    Raises:
        Invalid: `label-waiver-not-offered`.
        Refused: `label-waiver-not-accepted`.
    """
    if terms is None:
        raise agreement_refusing.waiver_not_offered()
    if terms not in caller.waivers:
        raise agreement_refusing.waiver_not_accepted()


def require_standing(who: Caller | Person) -> None:
    """Pass whoever is neither suspended nor terminated (Article 14).

    Raises:
        Refused: `account-suspended` or `account-terminated`, with the way to appeal.
    """
    if who.state is PersonState.SUSPENDED:
        raise refusing.suspended()
    if who.state is PersonState.TERMINATED:
        raise refusing.terminated()


def require_function(caller: Caller, function: str) -> None:
    """Pass whoever has this function open to them: `text`, `images` and so on (Article 14).

    Raises:
        Refused: `function-restricted`, with the way to appeal.
    """
    if function in caller.closed:
        raise refusing.function_restricted()


def check_may_use(caller: Caller) -> None:
    """Pass whoever may use the service now; raises what the two above raise."""
    require_agreement(caller)
    require_standing(caller)


def may_use(caller: Caller) -> bool:
    """Whether `check_may_use` passes."""
    required, accepted = caller.agreement_required, caller.agreement
    if required is None or caller.person is None or accepted is None or accepted < required:
        return False
    return caller.state not in {PersonState.SUSPENDED, PersonState.TERMINATED}
