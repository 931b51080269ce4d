# SPDX-License-Identifier: Apache-2.0
"""What a worker has in hand of one subject: requests are let through from it without asking (pure).

Every request walks through here three times, for its key, its person and the service; so there are
as few plain numbers as can be, and no look at a clock that the caller has not taken already.
"""

from __future__ import annotations

from guiju.limits.model import (
    EMPTY,
    ENDLESS,
    FREE,
    LIFE_SECONDS,
    WINDOW_SECONDS,
    Grant,
    Hand,
    Limits,
    Turn,
)

# What a holder asks for beyond the request at hand, at first; it doubles with what is used.
_FIRST = 8
# So long is a refusal believed before somebody asks again: a place may be free the next moment.
_BELIEVED = {"requests": 1.0, "tokens": 0.25, "concurrent": 0.05, "day": 1.0, "month": 1.0}
# With less than this part of its life left, a share is renewed.
_RENEWS = 0.5
_OF_TOKENS = frozenset({"tokens", "day", "month"})


class Share:
    """A part of what one subject may use, lent to one worker until `until`.

    `requests`, `tokens` and `places` are what is free of it; what is gone of `_lent` is used, or in
    use. Where the limits do not limit something, the worker has no end of it in hand and tells the
    authority only what was used. One turn is under way at a time: who begins one hears or fails.
    """

    __slots__ = (
        "_lent",
        "_life",
        "_pace",
        "_paced_at",
        "_refused_tokens",
        "_refused_until",
        "_renews",
        "_sent",
        "_under",
        "limits",
        "places",
        "refusal",
        "requests",
        "requests_left",
        "strays",
        "subject",
        "tokens",
        "tokens_left",
        "until",
        "used_tokens",
    )

    def __init__(self, subject: str, limits: Limits = FREE) -> None:
        """Nothing is in hand yet."""
        self.subject = subject
        self.limits = limits
        self.requests = self.tokens = self.places = 0
        self.until = 0.0
        self.requests_left: int | None = limits.requests
        self.tokens_left: int | None = limits.tokens
        self.refusal: Grant | None = None
        self._refused_until = 0.0
        self._refused_tokens = 0
        self._lent = EMPTY  # what was free, and is now free, used or in use
        self.used_tokens = 0
        # Strays are under way from before the share expired: their places may be lent elsewhere.
        self.strays = 0
        self._sent, self._under, self._renews = EMPTY, limits, True
        self._pace, self._paced_at, self._life = EMPTY, 0.0, LIFE_SECONDS

    # -- each request ------------------------------------------------------------------------------

    def fits(self, tokens: int, now: float) -> bool:
        """Whether a request of so many tokens can be let through from what is in hand."""
        return now < self.until and self.requests > 0 and self.places > 0 and self.tokens >= tokens

    def take(self, tokens: int) -> None:
        """Let one request through: it uses a request up, and sets tokens and a place aside."""
        self.requests -= 1
        self.places -= 1
        self.tokens -= tokens

    def settle(self, reserved: int, used: int) -> None:
        """The request is over: of the tokens set aside, or beyond them, `used` were used."""
        self.places += 1
        self.tokens += reserved - used
        self.used_tokens += used
        if self.strays:
            self.bury_stray()

    def count(self, requests: int, tokens: int) -> None:
        """Note requests that are over and were let through without a look, being not limited."""
        self.requests -= requests
        self.tokens -= tokens
        self.used_tokens += tokens

    def refused(self, tokens: int, now: float) -> Grant | None:
        """The authority's last refusal, while it would say the same of a request of this size."""
        believed = now < self._refused_until and tokens >= self._refused_tokens
        return self.refusal if believed else None

    # -- what is told to the authority -------------------------------------------------------------

    @property
    def quiet(self) -> bool:
        """Whether nothing was used since the last turn, and nothing is under way."""
        return not (self._used_requests or self.used_tokens or self._busy)

    def change(self, limits: Limits) -> None:
        """Other limits are in force: nothing that was lent under the old ones is used any more."""
        self.limits = limits
        self.until = self._refused_until = 0.0
        self._hold(0, 0, 0)

    def ask(self, tokens: int, waiting: int, now: float) -> Turn:
        """Ask for what a request of this size needs, and more for those that wait beside it."""
        self._clear(now)
        many = max(_FIRST, waiting, 2 * self._used_requests)
        want = Hand(int(self.requests < 1), max(tokens - self.tokens, 0), int(self.places < 1))
        like = Hand(many, max(many * tokens, 2 * self.used_tokens), many)
        return self._turn(want, like, now)

    def report(self, now: float) -> Turn:
        """Tell what was used, keep as much as may be used soon, give the rest back.

        Where a share lives long, soon is the next minute: what is in hand bridges a stall.
        """
        self._clear(now)
        requests, tokens = 2 * self._used_requests, 2 * (self.used_tokens + self._reserved)
        places = 2 * self._busy
        if self._life > LIFE_SECONDS:
            pace = self._paced(now)
            requests, tokens = max(requests, pace.requests), max(tokens, pace.tokens)
            places = max(places, min(requests, _FIRST))
        self._keep(requests, tokens, places)
        like = Hand(requests - self.requests, tokens - self.tokens, places - self.places)
        return self._turn(EMPTY, like, now)

    def give_back(self, now: float) -> Turn:
        """Tell what was used and give back all that no request under way needs."""
        self._clear(now)
        self._keep(0, 0, 0)
        return self._turn(EMPTY, EMPTY, now)

    def leave(self, now: float) -> Turn:
        """As above, and let nothing more through until somebody asks again."""
        turn = self.give_back(now)
        self.until, self._renews = 0.0, False
        return turn

    def idle(self, now: float) -> bool:
        """Whether nothing speaks for keeping it; then `leave`."""
        if not self.quiet or now >= self.until:
            return self.quiet
        return self._life <= LIFE_SECONDS or not self._paced(now).requests

    def due(self, now: float) -> bool:
        """Whether there is something to tell, or it is time to renew."""
        told = self._used_requests or self.used_tokens
        return bool(told) or now > self.until - self._life * _RENEWS

    # -- what the authority answers ----------------------------------------------------------------

    def hear(self, grant: Grant, sent: float, tokens: int = 0) -> None:
        """Take the answer to what was told at `sent`, for a request of so many tokens."""
        self._sent = EMPTY
        if self._under is not self.limits or not self._renews:
            return
        self.requests_left, self.tokens_left = grant.requests_left, grant.tokens_left
        if grant.lacks and not grant.elsewhere:
            self.refuse(grant, sent, tokens)
        self._life, self.until = grant.life, sent + grant.life
        limits, got = self.limits, grant.got
        self._hold(
            self.requests + got.requests if limits.requests is not None else ENDLESS,
            self.tokens + got.tokens if limits.counts_tokens else ENDLESS,
            self.places + got.places if limits.concurrent is not None else ENDLESS,
        )

    def refuse(self, grant: Grant, now: float, tokens: int) -> None:
        """Take the answer for the last word on requests of this size, for a while."""
        self.refusal = grant
        self._refused_until = now + min(grant.wait, _BELIEVED[grant.lacks])
        self._refused_tokens = tokens if grant.lacks in _OF_TOKENS else 0

    def fail(self) -> None:
        """Nobody answered: what was told is told again."""
        lent, sent = self._lent, self._sent
        self._lent = Hand(lent.requests + sent.requests, lent.tokens + sent.tokens, lent.places)
        self.used_tokens += sent.tokens
        self._sent = EMPTY

    # -- the numbers -------------------------------------------------------------------------------

    @property
    def _used_requests(self) -> int:
        return self._lent.requests - self.requests

    @property
    def _busy(self) -> int:
        return self._lent.places - self.places

    @property
    def _reserved(self) -> int:
        return self._lent.tokens - self.tokens - self.used_tokens

    def _hold(self, requests: int, tokens: int, places: int) -> None:
        """Let so much be free; what is used and in use stays what it is."""
        used, reserved, busy = self._used_requests, self._reserved, self._busy
        self.requests, self.tokens, self.places = requests, tokens, places
        self._lent = Hand(requests + used, tokens + reserved + self.used_tokens, places + busy)

    def bury_stray(self) -> None:
        """A stray is over; its place is not free here."""
        self.strays -= 1
        lent, self.places = self._lent, self.places - 1
        self._lent = Hand(lent.requests, lent.tokens, lent.places - 1)

    def _keep(self, requests: int, tokens: int, places: int) -> None:
        """Give the rest back; of what is not limited nothing was lent."""
        limits = self.limits
        self._hold(
            min(self.requests, requests) if limits.requests is not None else self.requests,
            min(self.tokens, tokens) if limits.counts_tokens else self.tokens,
            min(self.places, places) if limits.concurrent is not None else self.places,
        )

    def _clear(self, now: float) -> None:
        """What has expired is not in hand; and what was spent beyond it is told, not owed."""
        if now >= self.until:
            self._keep(0, 0, 0)
            self.strays = self._busy
        if self.tokens < 0:
            self._hold(self.requests, 0, self.places)

    def _paced(self, now: float) -> Hand:
        """What was used within about the last minute."""
        part = max(0.0, 1.0 - (now - self._paced_at) / WINDOW_SECONDS)
        return Hand(round(self._pace.requests * part), round(self._pace.tokens * part))

    def _turn(self, want: Hand, like: Hand, now: float) -> Turn:
        kept = Hand(self.requests, self.tokens + self._reserved, self.places + self._busy)
        bound = Hand(0, self._reserved, self._busy)
        used = self._sent = Hand(self._used_requests, self.used_tokens)
        self._lent, self.used_tokens = kept, 0
        pace, self._paced_at = self._paced(now), now
        self._pace = Hand(pace.requests + used.requests, pace.tokens + used.tokens)
        self._under, self._renews = self.limits, True
        return Turn(
            self.subject,
            self.limits,
            used,
            self._limited(kept),
            self._limited(bound),
            self._limited(want),
            self._limited(like),
        )

    def _limited(self, hand: Hand) -> Hand:
        limits = self.limits
        return Hand(
            hand.requests if limits.requests is not None else 0,
            hand.tokens if limits.counts_tokens else 0,
            hand.places if limits.concurrent is not None else 0,
        )
