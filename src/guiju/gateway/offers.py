# SPDX-License-Identifier: Apache-2.0
"""Routes below `/v1` that put no question to a model: lists, judgements, files, films."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from typing import Any, Protocol
from weakref import WeakValueDictionary

from guiju.accounts import Caller, require_agreement, require_standing
from guiju.gateway.asked import Asked
from guiju.gateway.films import CONTENT as CONTENT_OF_FILM
from guiju.gateway.films import PATH as FILMS
from guiju.gateway.films import Films, check_variant, label_stays
from guiju.gateway.heads import MODEL_NAME
from guiju.gateway.limiting import Office
from guiju.gateway.line import Line
from guiju.gateway.media.links import PATH as MEDIA
from guiju.gateway.media.shelf import Shelf
from guiju.gateway.moderation import moderated
from guiju.gateway.route import CONTENT, Route
from guiju.gateway.rules import RulesHolder
from guiju.gateway.stations.identify import no_key
from guiju.gateway.upstreams import no_such_job, no_such_model
from guiju.kernel import Clock, NotFound
from guiju.records import VideoJob

Handler = Callable[[Line], Awaitable[None]]

_MOST_MODELS = 1000
# A browser shows the file and takes it for nothing else.
_AS_A_FILE = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cache-control", b"private, no-store"),
)


class Walk(Protocol):
    """Walks the stations of a route, as for a film that is finished."""

    async def __call__(self, line: Line, route: Route, film: VideoJob | None = None) -> None:
        """From the request to the last byte of its answer."""
        ...


class Offers:
    """Serves them, each request as one of those that its key may make."""

    def __init__(
        self,
        *,
        rules: RulesHolder,
        asked: Asked,
        clock: Clock,
        office: Office | None,
        shelf: Shelf | None,
        walk: Walk,
        closed: Callable[[str], NotFound],
    ) -> None:
        """`shelf` holds files that are fetched later; `walk` labels and records a film.

        `closed` says that a path is none of those that are open.
        """
        self._rules = rules
        self._asked = asked
        self._clock = clock
        self._office = office
        self._shelf = shelf
        self._walk = walk
        self._closed = closed
        self._labelling: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.routes: dict[str, dict[str, Handler]] = {
            "/v1/videos": {"GET": self._films},
            "/v1/models": {"GET": self._models},
            "/v1/moderations": {"POST": self._moderations},
        }
        self._families: dict[str, dict[str, Handler]] = {
            "/v1/models/": {"GET": self._model},
            MEDIA: {"GET": self._medium},
            FILMS: {"GET": self._film, "DELETE": self._film},
        }

    def family(self, path: str) -> dict[str, Handler] | None:
        """The handlers of a path that ends with an id; None where there are none."""
        if path.startswith(FILMS) and path.endswith(CONTENT_OF_FILM):
            return {"GET": self._content}
        return next(
            (found for name, found in self._families.items() if path.startswith(name)), None
        )

    def family_name(self, path: str) -> str:
        """What such a path is called in counts and records."""
        if path.startswith(FILMS) and path.endswith(CONTENT_OF_FILM):
            return FILMS + CONTENT_OF_FILM[1:]
        return next((name for name in self._families if path.startswith(name)), path)

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
        listed = await (rules.models or self._asked.upstream).models()
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
            raise self._closed(line.path)
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
            # Who asks twice at once waits for the label that the first one gets; between workers
            # it is whose record comes first, and the others hand that one out.
            async with self._labelling.setdefault(job.produce_id, asyncio.Lock()):
                if not await films.is_kept(job):
                    await films.check_ready(job)
                    await self._walk(line, CONTENT, job)
                    if line.status:
                        return
        await self._handed_out(line, job.produce_id)

    async def _owner(self, line: Line) -> tuple[Films, str]:
        """Whose films these are: somebody who may use the service."""
        if self._shelf is None:
            raise self._closed(line.path)
        caller = await self._admit(line, line.header(b"x-guiju-user"))
        require_agreement(caller)
        require_standing(caller)
        if caller.person is None:
            raise no_such_job()
        return Films(
            self._shelf, (self._rules.now().models or self._asked.upstream).about
        ), caller.person

    async def _moderations(self, line: Line) -> None:
        await self._admit(line)
        await line.json(200, moderated(await line.body(), self._rules.now(), line.request))

    async def _admit(self, line: Line, end_user: str | None = "-") -> Caller:
        """Let a request that asks no model through, as one of those that its key may make."""
        token, office = line.token(), self._office
        if not token:
            raise no_key()
        caller = await self._asked.lookups.find(token, end_user)
        if office is None:
            return caller
        group = office.shares.group(caller, self._rules.now().plan)
        try:
            hold = office.shares.take(group, 0) or await office.allow(group, 0)
            hold.settle(0)
        finally:
            line.marks += group.marks()
        return caller


def _models(found: Mapping[str, str]) -> dict[str, Any]:
    """The list as both OpenAI's clients and Anthropic's read it; `found` says who owns each."""
    names = list(found)
    ends = {"first_id": names[0] if names else None, "last_id": names[-1] if names else None}
    data = [_model(name, owner) for name, owner in found.items()]
    return {"object": "list", "data": data, "has_more": False, **ends}


def _model(name: str, owner: str) -> dict[str, Any]:
    ours = {"id": name, "object": "model", "created": 0, "owned_by": owner}
    return {**ours, "type": "model", "display_name": name, "created_at": "1970-01-01T00:00:00Z"}
