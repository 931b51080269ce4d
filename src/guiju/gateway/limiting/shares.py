# SPDX-License-Identifier: Apache-2.0
"""What this worker has in hand of everybody: one look, and a request is let through (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from guiju.accounts import Caller, KeyKind
from guiju.kernel import monotonic
from guiju.limits import FREE, SERVICE, Limits, Plan, Share

Mark = tuple[bytes, bytes]

# Callers that are remembered with the shares that count for them; beyond it all are forgotten.
_MOST_CALLERS = 20_000
# A minute, and the second that what was used within it is counted with.
_RESET = b"1m1s"


class Tally:
    """What callers have used of shares that are not limited: only counted, told once a beat."""

    __slots__ = ("_counted", "requests", "shares", "tokens")

    reserved = 0

    def __init__(self, shares: Sequence[Share], counted: list[Tally]) -> None:
        """`counted` is where it puts itself when there is something to tell."""
        self.shares = shares
        self.requests = self.tokens = 0
        self._counted = counted

    def settle(self, used: int) -> None:
        """One request more is over, and has used so many tokens."""
        if not self.requests:
            self._counted.append(self)
        self.requests += 1
        self.tokens += used


class Hold:
    """What one request holds until it is over: a place, and the tokens set aside for it."""

    __slots__ = ("_open", "group", "reserved")

    def __init__(self, group: Group, reserved: int) -> None:
        """The group whose shares let it through."""
        self.group = group
        self.reserved = reserved
        self._open = True

    def settle(self, used: int) -> None:
        """The request is over and has used so many tokens; a second time changes nothing."""
        if not self._open:
            return
        self._open = False
        back = self.reserved - used
        # As `Share.settle` does it.
        for share in self.group.shares:
            share.places += 1
            share.tokens += back
            share.used_tokens += used
            if share.strays:
                share.bury_stray()
        self.group.tally.settle(used)


class Group:
    """The shares that count for one caller: of the key, of the person, of the service.

    `shares` are those that are limited. What is not limited costs a request one look: without any
    limit its `tally` is all that it holds.
    """

    __slots__ = ("_requests", "_tokens", "caller", "plan", "shares", "tally")

    def __init__(
        self, caller: Caller, plan: Plan, shares: Sequence[Share], counted: list[Tally]
    ) -> None:
        """They are the right ones while caller and plan are the same."""
        self.caller = caller
        self.plan = plan
        self.shares = [one for one in shares if one.limits != FREE]
        self.tally = Tally([one for one in shares if one.limits == FREE], counted)
        self._requests = _marked("requests", self.shares)
        self._tokens = _marked("tokens", self.shares)

    def take(self, tokens: int, now: float) -> Hold | Tally | None:
        """Let a request through by all of them, or by none."""
        # As `Share.fits` and `Share.take` do it, without calling them six times a request.
        shares = self.shares
        if not shares:
            return self.tally
        for share in shares:
            if (
                now >= share.until
                or share.requests < 1
                or share.places < 1
                or share.tokens < tokens
            ):
                return None
        for share in shares:
            share.requests -= 1
            share.places -= 1
            share.tokens -= tokens
        return Hold(self, tokens)

    def marks(self) -> list[Mark]:
        """What OpenAI's clients read of limits in the head of an answer: of the tightest one.

        What others have in hand counts as used, so there may be more left than is said.
        """
        marks: list[Mark] = []
        if self._requests:
            left = [
                ((one.requests_left or 0) + one.requests, fixed) for one, fixed in self._requests
            ]
            marks += _tightest(b"x-ratelimit-remaining-requests", left)
        if self._tokens:
            left = [((one.tokens_left or 0) + one.tokens, fixed) for one, fixed in self._tokens]
            marks += _tightest(b"x-ratelimit-remaining-tokens", left)
        return marks


_Fixed = tuple[Mark, Mark]


def _marked(of: str, shares: Sequence[Share]) -> list[tuple[Share, _Fixed]]:
    """The shares that limit this within a minute, with what of their marks never changes."""
    given = ((one, getattr(one.limits, of)) for one in shares)
    return [(one, _fixed(of.encode(), limit)) for one, limit in given if limit is not None]


def _tightest(name: bytes, every: list[tuple[int, _Fixed]]) -> tuple[Mark, Mark, Mark]:
    left, fixed = every[0] if len(every) == 1 else min(every)
    return fixed[0], (name, b"%d" % (max(0, left))), fixed[1]


class Shares:
    """All shares of this worker, by subject, and which of them count for whom."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Nothing is in hand."""
        self._clock = clock
        self._shares: dict[str, Share] = {}
        self._groups: dict[tuple[str, str | None], Group] = {}
        self._counted: list[Tally] = []
        self.active: dict[str, Share] = {}
        """Those of which something may be in hand; they are told of once a beat."""

    def group(self, caller: Caller, plan: Plan) -> Group:
        """The shares that count for this caller."""
        slot = (caller.key, caller.person)
        found = self._groups.get(slot)
        if found is None or found.caller is not caller or found.plan is not plan:
            if len(self._groups) >= _MOST_CALLERS:
                self._make_room()
            found = self._groups[slot] = Group(
                caller, plan, tuple(self._of(caller, plan)), self._counted
            )
        return found

    def take(self, group: Group, tokens: int) -> Hold | Tally | None:
        """Let a request through from what is in hand, if that suffices."""
        return group.take(tokens, self._clock())

    def tell(self) -> None:
        """Note with the shares what was only counted, so that the authority is told of it."""
        for tally in self._counted:
            for share in tally.shares:
                # The share that counts for this subject now; this one may have been forgotten.
                now = self._shares.setdefault(share.subject, share)
                now.count(tally.requests, tally.tokens)
                self.active[now.subject] = now
            tally.requests = tally.tokens = 0
        self._counted.clear()

    def find(self, subject: str) -> Share | None:
        """The share of this subject, if anything may be in hand of it."""
        return self.active.get(subject)

    def _of(self, caller: Caller, plan: Plan) -> Iterable[Share]:
        key = plan.app if caller.kind is KeyKind.APP else FREE
        yield self._share(caller.key, key.changed(caller.key_limits))
        if caller.person is not None:
            yield self._share(caller.person, plan.person.changed(caller.person_limits))
        yield self._share(SERVICE, plan.service)

    def _share(self, subject: str, limits: Limits) -> Share:
        share = self._shares.get(subject)
        if share is None:
            share = self._shares[subject] = Share(subject, limits)
        elif share.limits != limits:
            share.change(limits)
        return share

    def _make_room(self) -> None:
        self.tell()
        self._groups.clear()
        self._shares = dict(self.active)


def lacking(shares: Sequence[Share], tokens: int, now: float) -> list[Share]:
    """Which of these cannot let a request of so many tokens through."""
    return [one for one in shares if not one.fits(tokens, now)]


@lru_cache(maxsize=1024)
def _fixed(of: bytes, limit: int) -> tuple[Mark, Mark]:
    return (
        (b"x-ratelimit-limit-" + of, b"%d" % limit),
        (b"x-ratelimit-reset-" + of, _RESET),
    )
