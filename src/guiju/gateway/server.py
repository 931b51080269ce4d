# SPDX-License-Identifier: Apache-2.0
"""The data plane as a raw ASGI application: which route, which handler, whose help."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from typing import Any
from weakref import WeakValueDictionary

from guiju.accounts import Caller, Directory, require_agreement, require_standing
from guiju.gateway.barring import Barring
from guiju.gateway.conversation import Conversation
from guiju.gateway.exchange import Exchange
from guiju.gateway.eyes import Viewers
from guiju.gateway.faults import internal, note_fault
from guiju.gateway.films import CONTENT as CONTENT_OF_FILM
from guiju.gateway.films import PATH as FILMS
from guiju.gateway.films import Films, check_variant, label_stays
from guiju.gateway.heads import MODEL_NAME
from guiju.gateway.leaving import Departure, Left, Whole
from guiju.gateway.limiting import Levee, Office
from guiju.gateway.line import Line, Receive, Scope, SendMessage
from guiju.gateway.lookups import Lookups
from guiju.gateway.media.labelling import labelled, too_many_wait
from guiju.gateway.media.links import PATH as MEDIA
from guiju.gateway.media.model import Labelled
from guiju.gateway.media.shelf import Shelf
from guiju.gateway.moderation import moderated
from guiju.gateway.recorder import Recorder
from guiju.gateway.route import CONTENT, ROUTES, Route, wire_of
from guiju.gateway.rules import Rules, RulesHolder
from guiju.gateway.signals import (
    Allow,
    Allowed,
    AskModel,
    CallerKnown,
    Event,
    Failed,
    LabelMedia,
    LookUp,
    ModelAnswered,
    Record,
    Recorded,
    TakeIn,
)
from guiju.gateway.stations.allow import spent
from guiju.gateway.stations.identify import no_key
from guiju.gateway.telemetry import Counters, Gauges, Sharing, Tallies, Tracing
from guiju.gateway.telling import seen_of, told_of
from guiju.gateway.upstreams import Fleet, Speech, Upstream, no_such_job, no_such_model
from guiju.gateway.work import Ask, Work
from guiju.kernel import Clock, GuijuError, Invalid, NotFound, Text, Unavailable, micros, new_uuid
from guiju.records import Refusal, VideoJob

_MOST_MODELS = 1000
# A browser shows the file and takes it for nothing else.
_AS_A_FILE = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cache-control", b"private, no-store"),
)


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
    ) -> None:
        """Take the parts that wiring has made; `sharing` is for workers that count together.

        Without an `office` nothing is limited, without a `barring` nobody's answer is cut short.
        `shelf` holds files that are fetched later and films that are being made.
        """
        self._shelf = shelf
        self._rules = rules
        self._lookups = Lookups(directory)
        self._upstream = upstream
        self._fleet = fleet or Fleet()
        self._recorder = recorder
        self._clock = clock
        self._sharing = sharing
        self._tracing = tracing
        self._labellers = Viewers(too_many_wait)
        self._labelling: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.counters = Counters(clock)
        self._office = office
        self._levee = Levee(recorder.write)
        self._barring = barring
        self.under_way: set[Departure] = set() if barring is None else barring.under_way
        self.whole = Whole() if barring is None else barring.whole
        self._stopping = False

    async def start(self) -> None:
        """Open what belongs to the running event loop."""
        await self._upstream.start()
        await self._fleet.start()
        self._recorder.start()
        self._levee.start()
        if self._office is not None:
            await self._office.start()
        if self._barring is not None:
            self._barring.start()
        if self._tracing is not None:
            self._tracing.start()

    def check_open(self) -> None:
        """Raise Unavailable while nothing can be made durable, or once a stop has begun."""
        if self._stopping:
            raise _stopping()
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
        await self._levee.close()
        await self._recorder.close()
        if self._office is not None:
            await self._office.close()
        await self._upstream.close()
        await self._fleet.close()
        if self._tracing is not None:
            await self._tracing.close()

    async def __call__(self, scope: Scope, receive: Receive, send: SendMessage) -> None:
        """Serve one HTTP request below `/v1`."""
        line = Line(scope, receive, send)
        self.counters.arrived()
        try:
            await self._serve(line)
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

    async def _serve(self, line: Line) -> None:
        handlers = _ROUTES.get(line.path)
        if handlers is None:
            handlers = _family(line.path)
        if handlers is None:
            raise _closed_route(line.path)
        handler = handlers.get(line.method)
        if handler is None:
            line.marks.append((b"allow", ", ".join(handlers).encode()))
            raise _wrong_method(line.method, *handlers)
        line.route = line.path if line.path in _ROUTES else _family_name(line.path)
        await handler(self, line)

    # -- the routes --------------------------------------------------------------------------------

    async def _exchange(self, line: Line) -> None:
        await self._walked(line, ROUTES[line.path])

    async def _walked(self, line: Line, route: Route, film: VideoJob | None = None) -> None:
        """Walk the stations of a route, for a new answer or for a film that is finished."""
        self._recorder.check_open()
        rules, (wire, stations) = self._rules.now(), route
        token = line.token()
        if not token:
            raise no_key()
        if line.may_be_large():
            await self.caller(token)
        ask = Ask(
            request=line.request,
            produce_id=new_uuid() if film is None else film.produce_id,
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
        )
        shares = None if self._office is None else self._office.shares
        work = Work(ask, rules, wire, shares=shares, marks=line.marks, film=film)
        line.marks += [
            (b"x-guiju-produce-id", ask.produce_id.encode()),
            (b"x-guiju-policy", rules.policy.encode()),
            (wire.request_mark, line.request.encode()),
        ]
        exchange = Exchange(work, stations)
        line.exchange = exchange
        try:
            await Conversation(self, line, exchange).run()
        finally:
            # It knows its work as its work knows it: together they would stay until the collector
            # looks at old things, which is seldom, and with them everything that was said.
            work.relay = None
            if work.hold is not None:
                work.hold.settle(spent(work, failed=exchange.told is not None))

    async def _models(self, line: Line) -> None:
        caller = await self._admit(line)
        await line.json(200, _models(await self._judged_models(caller)))

    async def _model(self, line: Line) -> None:
        caller = await self._admit(line)
        name = line.path.removeprefix("/v1/models/")
        found = await self._judged_models(caller)
        if name not in found:
            raise no_such_model(name, found)
        await line.json(200, _model(name, found[name]))

    async def _judged_models(self, caller: Caller) -> dict[str, str]:
        """The names that are names: a model service could smuggle text through this list too.

        Only those that the caller's key may use.
        """
        rules = self._rules.now()
        listed = await (rules.models or self._upstream).models()
        return {
            name: owner
            for name, owner in islice(listed.items(), _MOST_MODELS)
            if (caller.models is None or name in caller.models)
            and MODEL_NAME.fullmatch(name)
            and not rules.screen.judge(name, "output").stops
        }

    async def _medium(self, line: Line) -> None:
        """A labelled file at the address that its client was given; the signature is the key."""
        links = self._rules.now().links
        query = line.query.decode("latin-1")
        produce_id = links.check(line.path, query, self._clock.now())
        await self._handed_out(line, produce_id)

    async def _handed_out(self, line: Line, produce_id: str) -> None:
        """A file that is kept, as it was labelled."""
        if self._shelf is None:
            raise _closed_route(line.path)
        found, data = await asyncio.to_thread(self._shelf.fetched, produce_id)
        line.marks += [(b"x-guiju-produce-id", produce_id.encode()), *_AS_A_FILE]
        await line.reply(200, data, "full", found.kind)

    async def _films(self, line: Line) -> None:
        """The films of whoever asks."""
        films, person = await self._owner(line)
        await line.json(200, await films.listed(line.query, person))

    async def _film(self, line: Line) -> None:
        """How a film stands; or it is deleted."""
        films, person = await self._owner(line)
        job = await films.of(line.path, person)
        doing = films.deleted if line.method == "DELETE" else films.shown
        await line.json(200, await doing(job))

    async def _content(self, line: Line) -> None:
        """A finished film: labelled and recorded the first time, handed out from then on."""
        films, person = await self._owner(line)
        check_variant(line.query)
        if line.header(b"x-guiju-explicit-label") is not None:
            raise label_stays()
        job = await films.of(line.path, person)
        if not await films.is_kept(job):
            # Who asks twice at once waits for the label that the first one gets.
            async with self._labelling.setdefault(job.produce_id, asyncio.Lock()):
                if not await films.is_kept(job):
                    await films.check_ready(job)
                    await self._walked(line, CONTENT, job)
                    return
        await self._handed_out(line, job.produce_id)

    async def _owner(self, line: Line) -> tuple[Films, str]:
        """Whose films these are: somebody who may use the service."""
        if self._shelf is None:
            raise _closed_route(line.path)
        caller = await self._admit(line, line.header(b"x-guiju-user"))
        require_agreement(caller)
        require_standing(caller)
        if caller.person is None:
            raise no_such_job()
        return Films(self._shelf, (self._rules.now().models or self._upstream).about), caller.person

    async def _moderations(self, line: Line) -> None:
        await self._admit(line)
        await line.json(200, moderated(await line.body(), self._rules.now(), line.request))

    async def _admit(self, line: Line, end_user: str | None = "-") -> Caller:
        """Let a request that asks no model through, as one of those that its key may make."""
        token, office = line.token(), self._office
        if not token:
            raise no_key()
        caller = await self._lookups.find(token, end_user)
        if office is None:
            return caller
        group = office.shares.group(caller, self._rules.now().plan)
        try:
            hold = office.shares.take(group, 0) or await office.allow(group, 0)
            hold.settle(0)
        finally:
            line.marks += group.marks()
        return caller

    async def caller(self, token: str | None) -> Caller:
        """Whose key it is, for routes that need no end user; raises Refused 401."""
        if not token:
            raise no_key()
        return await self._lookups.find(token, "-")

    # -- what an exchange asks for -----------------------------------------------------------------

    async def look_up(self, command: LookUp) -> Event:
        """Find the caller."""
        try:
            return CallerKnown(await self._lookups.find(command.token, command.end_user))
        except GuijuError as error:
            return Failed(error)

    async def allow(self, command: Allow) -> Event:
        """See whether there is enough left, where what this worker has in hand is too little."""
        if self._office is None:
            return Failed(internal())
        try:
            return Allowed(await self._office.allow(command.group, command.tokens))
        except GuijuError as error:
            return Failed(error)

    async def answer(self, command: AskModel, rules: Rules) -> Event:
        """Get the model's whole answer from whom `rules` name, else from whom the settings do."""
        upstream = rules.models or self._upstream
        try:
            if command.job is not None:
                return ModelAnswered(await upstream.about(command), command.job.source)
            return await upstream.answer(command)
        except GuijuError as error:
            return Failed(error)

    async def begin(self, command: AskModel, rules: Rules) -> Speech:
        """The model's stream, once it has begun."""
        return await (rules.models or self._upstream).begin(command)

    async def take_in(self, command: TakeIn, rules: Rules) -> tuple[bytes, ...]:
        """Fetch what the model service left at its own addresses, one after another."""
        upstream = rules.models or self._upstream
        return tuple([await upstream.fetch(one, command.source) for one in command.urls])

    async def label_media(self, command: LabelMedia) -> tuple[Labelled, ...]:
        """Put labels into pictures or sound, in threads of their own."""
        return await self._labellers.each(labelled, command.orders)

    async def record(self, command: Record) -> Event:
        """Make it durable."""
        try:
            item = command.item
            await (self._levee if type(item) is Refusal else self._recorder).write(item)
        except GuijuError as error:
            return Failed(error)
        return Recorded()


_ROUTES: dict[str, dict[str, Callable[[Gateway, Line], Awaitable[None]]]] = {
    **{path: {"POST": Gateway._exchange} for path in ROUTES},  # noqa: SLF001 - this class
    "/v1/videos": {"POST": Gateway._exchange, "GET": Gateway._films},  # noqa: SLF001 - as above
    "/v1/models": {"GET": Gateway._models},  # noqa: SLF001 - as above
    "/v1/moderations": {"POST": Gateway._moderations},  # noqa: SLF001 - as above
}


_FAMILIES: dict[str, dict[str, Callable[[Gateway, Line], Awaitable[None]]]] = {
    "/v1/models/": {"GET": Gateway._model},  # noqa: SLF001 - as above
    MEDIA: {"GET": Gateway._medium},  # noqa: SLF001 - as above
    FILMS: {"GET": Gateway._film, "DELETE": Gateway._film},  # noqa: SLF001 - as above
}


def _family(path: str) -> dict[str, Callable[[Gateway, Line], Awaitable[None]]] | None:
    """The handlers of a path that ends with an id."""
    if path.startswith(FILMS) and path.endswith(CONTENT_OF_FILM):
        return {"GET": Gateway._content}  # noqa: SLF001 - as above
    return next((found for name, found in _FAMILIES.items() if path.startswith(name)), None)


def _family_name(path: str) -> str:
    """What such a path is called in counts and records."""
    if path.startswith(FILMS) and path.endswith(CONTENT_OF_FILM):
        return FILMS + CONTENT_OF_FILM[1:]
    return next((name for name in _FAMILIES if path.startswith(name)), path)


def _models(found: Mapping[str, str]) -> dict[str, Any]:
    """The list as both OpenAI's clients and Anthropic's read it; `found` says who owns each."""
    names = list(found)
    ends = {"first_id": names[0] if names else None, "last_id": names[-1] if names else None}
    data = [_model(name, owner) for name, owner in found.items()]
    return {"object": "list", "data": data, "has_more": False, **ends}


def _model(name: str, owner: str) -> dict[str, Any]:
    ours = {"id": name, "object": "model", "created": 0, "owned_by": owner}
    return {**ours, "type": "model", "display_name": name, "created_at": "1970-01-01T00:00:00Z"}


def _stopping() -> Unavailable:
    return Unavailable(
        "service-stopping",
        Text(zh="服务正在停止。", en="The service is stopping."),
        Text(zh="请稍后重试。", en="Try again shortly."),
    )


def _closed_route(path: str) -> NotFound:
    if path == "/v1/messages/count_tokens":
        return _not_counted()
    *most, last = _ROUTES
    return NotFound(
        "route-not-screened",
        Text(
            zh=f"路由 {path[:80]} 没有审查能力，因此不开放，也不会转发。",
            en=f"The route {path[:80]} cannot be screened, so it is closed and never passed on.",
        ),
        Text(
            zh=f"可用：{'、'.join(_ROUTES)}。",
            en=f"Open are {', '.join(most)} and {last}.",
        ),
        article=4,
    )


def _not_counted() -> NotFound:
    return NotFound(
        "route-not-offered",
        Text(
            zh="只有模型自己的分词器能计数，而模型服务没有这样的接口。",
            en="Only a model's own tokenizer can count, and model services have no route for it.",
        ),
        Text(
            zh="每个回答的 usage 中有实际用量；预估请按字数。",
            en="What was used stands in the usage of each answer; estimate by characters.",
        ),
    )


def _wrong_method(method: str, *allowed: str) -> Invalid:
    names = ", ".join(allowed)
    return Invalid(
        "method-not-allowed",
        Text(zh=f"该路由不接受 {method[:10]}。", en=f"This route does not take {method[:10]}."),
        Text(zh=f"请使用 {names}。", en=f"Use {names}."),
        status=405,
    )
