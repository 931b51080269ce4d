# SPDX-License-Identifier: Apache-2.0
"""The data plane as a raw ASGI application: which route, which handler, whose help."""

from __future__ import annotations

from collections.abc import Awaitable

from guiju.accounts import Directory
from guiju.gateway.asked import Asked
from guiju.gateway.barring import Barring
from guiju.gateway.closed import closed_route, stopping, wrong_method
from guiju.gateway.conversation import Conversation
from guiju.gateway.exchange import Exchange
from guiju.gateway.faults import internal, note_fault
from guiju.gateway.leaving import Departure, Left
from guiju.gateway.limiting import Levee, Office
from guiju.gateway.line import Line, Patience, Receive, Scope, SendMessage
from guiju.gateway.lookups import Lookups
from guiju.gateway.media.shelf import Shelf
from guiju.gateway.minding import Minder
from guiju.gateway.offers import Handler, Offers
from guiju.gateway.recorder import Recorder
from guiju.gateway.route import ROUTES, Route, wire_of
from guiju.gateway.rules import RulesHolder
from guiju.gateway.stations.allow import spent
from guiju.gateway.stations.identify import no_key
from guiju.gateway.telemetry import Counters, Gauges, Sharing, Tallies, Tracing
from guiju.gateway.telling import seen_of, told_of
from guiju.gateway.upstreams import Fleet, Upstream
from guiju.gateway.work import Ask, Signals, Work
from guiju.kernel import Clock, GuijuError, micros, uuid_of
from guiju.records import VideoJob


class Gateway:
    """The data plane below `/v1`."""

    def __init__(
        self,
        *,
        rules: RulesHolder,
        directory: Directory,
        upstream: Upstream,
        fleet: Fleet | None = None,
        recorder: Recorder,
        clock: Clock,
        sharing: Sharing | None = None,
        tracing: Tracing | None = None,
        office: Office | None = None,
        barring: Barring | None = None,
        shelf: Shelf | None = None,
        minder: Minder | None = None,
    ) -> None:
        """Take the parts that wiring has made; `sharing` is for workers that count together.

        Without an `office` nothing is limited, without a `barring` nobody's answer is cut short.
        `shelf` holds files that are fetched later and films that are being made. Without a
        `minder` nobody is protected as a minor.
        """
        self._rules = rules
        self._fleet = fleet or Fleet()
        self._recorder = recorder
        self._clock = clock
        self._sharing = sharing
        self._tracing = tracing
        self.counters = Counters(clock)
        self._office = office
        self._levee = Levee(recorder.write)
        self._barring = barring
        self._patience = Patience()
        self._stopping = False
        self._asked = Asked(
            lookups=Lookups(directory, None if minder is None else minder.wards),
            upstream=upstream,
            recorder=recorder,
            levee=self._levee,
            office=office,
            barring=barring,
            minder=minder,
        )
        self._minder = minder
        self._offers = Offers(
            rules=rules,
            asked=self._asked,
            clock=clock,
            office=office,
            shelf=shelf,
            walk=self._walked,
            closed=lambda path: closed_route(path, self._routes),
        )
        self._routes: dict[str, dict[str, Handler]] = {
            path: {"POST": self._exchange} for path in ROUTES
        }
        for path, handlers in self._offers.routes.items():
            self._routes[path] = self._routes.get(path, {}) | handlers

    async def start(self) -> None:
        """Open what belongs to the running event loop."""
        await self._asked.upstream.start()
        await self._fleet.start()
        self._recorder.start()
        self._levee.start()
        if self._office is not None:
            await self._office.start()
        if self._barring is not None:
            self._barring.start()
        if self._minder is not None:
            self._minder.start()
        if self._tracing is not None:
            self._tracing.start()

    @property
    def under_way(self) -> set[Departure]:
        """The streams that somebody is being told."""
        return self._asked.under_way

    def check_open(self) -> None:
        """Raise Unavailable while nothing can be made durable, or once a stop has begun."""
        if self._stopping:
            raise stopping()
        self._recorder.check_open()
        if self._office is not None:
            self._office.check_open()

    def stop_soon(self) -> None:
        """A stop has begun: no longer ready, though what comes is still served."""
        self._stopping = True

    @property
    def stalled(self) -> bool:
        """Whether records wait on this machine's disk, since the database takes none."""
        return self._recorder.stalled

    def share(self) -> None:
        """Let the other workers see what this one has counted."""
        own = self._own()
        if self._sharing is not None:
            self._sharing.share(*own)

    def counted(self) -> tuple[Tallies, Gauges]:
        """What all workers have counted, and how things are now."""
        own = self._own()
        return own if self._sharing is None else self._sharing.together(*own)

    def _own(self) -> tuple[Tallies, Gauges]:
        """What this worker has counted, and how things are with it."""
        tallies, gauges = self.counters.tallies, self.counters.gauges
        gauges.stalled = int(self.stalled)
        gauges.upstreams = self._fleet.stands()
        tallies.upstreams = self._fleet.tallies(micros(self._clock.now()))
        return tallies, gauges

    def wind_down(self) -> None:
        """End every stream under way now: what was delivered is recorded, then the error is told.

        For the last seconds before a killing, when patience with long streams is over.
        """
        for departure in list(self.under_way):
            departure.leave(Left.STOPPING)

    async def close(self) -> None:
        """Let everything under way be recorded, then close."""
        if self._barring is not None:
            self._barring.close()
        if self._minder is not None:
            await self._minder.close()
        self._asked.lookups.close()
        await self._levee.close()
        await self._recorder.close()
        if self._office is not None:
            await self._office.close()
        await self._asked.upstream.close()
        await self._fleet.close()
        if self._tracing is not None:
            await self._tracing.close()

    async def __call__(self, scope: Scope, receive: Receive, send: SendMessage) -> None:
        """Serve one HTTP request below `/v1`."""
        line = Line(scope, receive, send, self._patience)
        self.counters.arrived()
        try:
            await self._handled(line)
        except GuijuError as error:
            line.told = error.code
            await line.refuse(error, wire_of(line.path))
        except Exception as error:  # noqa: BLE001 - the last line of defence
            note_fault(line.request, error)
            line.told = "internal"
            await line.refuse(internal(), wire_of(line.path))
        finally:
            self.counters.left(seen_of(line))
            if self._tracing is not None and line.exchange is not None:
                context = self._tracing.context(line.header(b"traceparent"))
                self._tracing.note(told_of(line, line.exchange), context)

    def _handled(self, line: Line) -> Awaitable[None]:
        """What serves this request, begun; raises for a path or a method that nothing serves."""
        handlers = self._routes.get(line.path) or self._offers.family(line.path)
        if handlers is None:
            raise closed_route(line.path, self._routes)
        handler = handlers.get(line.method)
        if handler is None:
            line.marks.append((b"allow", ", ".join(handlers).encode()))
            raise wrong_method(line.method, *handlers)
        known = line.path in self._routes
        line.route = line.path if known else self._offers.family_name(line.path)
        if handler != self._exchange:
            # Where a model is asked, a station says so, and the refusal goes on record.
            self._rules.now().stopped.check(line.route, "", None)
        return handler(line)

    # -- the routes --------------------------------------------------------------------------------

    def _exchange(self, line: Line) -> Awaitable[None]:
        return self._walked(line, ROUTES[line.path])

    async def _walked(self, line: Line, route: Route, film: VideoJob | None = None) -> None:
        """Walk the stations of a route, for a new answer or for a film that is finished."""
        self._recorder.check_open()
        rules, (wire, stations) = self._rules.now(), route
        token = line.token()
        if not token:
            raise no_key()
        if line.may_be_large():
            await self._asked.lookups.find(token, "-")
        ask = Ask(
            request=line.request,
            produce_id=uuid_of(line.request) if film is None else film.produce_id,
            at=self._clock.now(),
            route=line.route,
            token=token,
            user_header=line.header(b"x-guiju-user"),
            language=line.language(),
            raw=await line.body(wire.most),
            # Only what makes files is asked in several parts, and tells addresses.
            kind=line.header(b"content-type") or "" if wire.makes else "",
            base=line.base() if wire.makes else "",
            explicit_label=line.header(b"x-guiju-explicit-label"),
            signals=_signals(line),
        )
        shares = None if self._office is None else self._office.shares
        work = Work(ask, rules, wire, shares=shares, marks=line.marks, film=film)
        if self._minder is not None:
            work.wards = self._minder.wards
        line.marks += [
            (b"x-guiju-produce-id", ask.produce_id.encode()),
            (b"x-guiju-policy", rules.policy.encode()),
            (wire.request_mark, line.request.encode()),
        ]
        exchange = Exchange(work, stations)
        line.exchange = exchange
        try:
            for step in Conversation(self._asked, line, exchange).steps():
                await step
        finally:
            # It knows its work as its work knows it: together they would stay until the collector
            # looks at old things, which is seldom, and with them everything that was said.
            work.relay = None
            if work.use is not None and self._minder is not None:
                self._minder.leave(work.use, work.usage.characters)
            if work.hold is not None:
                work.hold.settle(spent(work, failed=exchange.told is not None))


def _signals(line: Line) -> Signals | None:
    """What an app says of its reader; nothing, for nearly everybody."""
    mode, persona = line.header(b"x-guiju-minors-mode"), line.header(b"x-guiju-persona")
    return None if mode is None and persona is None else Signals(mode, persona)
