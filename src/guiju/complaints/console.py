# SPDX-License-Identifier: Apache-2.0
"""`/console/complaints`: what waits, one complaint with all that was said, and what came otherwise.

Words are opened for whoever handles complaints and says why, which goes on record; attachments are
downloads, each of them a reading of its own.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import (
    Case,
    Kinds,
    Unit,
    claim,
    claimed,
    decisions,
    get_case,
    history,
    page,
    release,
    verb_text,
)
from guiju.complaints import (
    acting,
    attaching,
    entering,
    following,
    laying,
    reading,
    sealing,
    service,
    store,
    upholding,
)
from guiju.complaints.kind import COMPLAINT
from guiju.complaints.model import (
    BY_STAFF,
    CONFIRMING,
    DECIDED,
    HANDLERS,
    LONGEST_TEXT,
    Category,
    Channel,
    Outcome,
)
from guiju.dispositions import Finding, Source, findings_in
from guiju.kernel import GuijuError
from guiju.measures import Harm, harms
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site

_KINDS = Kinds([COMPLAINT])
_FIELDS = ("category", "channel", "text", "about", "contact", "authority", "reference", "amount")


class ConsolePages:
    """What staff see and do."""

    def __init__(self, database: Database, site: Site) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site

    def listed(
        self,
        request: Request,
        after: Annotated[str | None, Query()] = None,
        every: Annotated[bool, Query()] = False,  # noqa: FBT002 - a parameter of the address
    ) -> Response:
        """What waits, by date; or all of them, the newest first."""
        self._site.require(request)
        with self._database.read() as tx:
            if every:
                heads = store.heads(tx, before=after)
                cases = [get_case(tx, COMPLAINT, one.case) for one in heads]
                further = heads[-1].case if len(heads) == store.PER_PAGE else None
            else:
                found = page(tx, _KINDS, COMPLAINT.queue, after=after)
                cases, further = found.cases, found.next
                heads = [service.get_complaint(tx, one.id)[1] for one in cases]
            sizes = {one.cluster: store.cluster_size(tx, one.cluster) for one in heads}
            now = tx.now
        return self._page(
            request,
            "queue",
            rows=list(zip(cases, heads, strict=True)),
            sizes=sizes,
            further=further,
            every=every,
            now=now,
        )

    def one(self, request: Request, number: str) -> Response:
        """One complaint."""
        return self._one(request, number, None)

    def step(self, request: Request, number: str, form: Posted) -> Response:
        """Take a step of it."""
        viewer = self._site.require(request, *HANDLERS)
        said = acting.Said(
            *(form.text(name) for name in ("words", "outcome", "ground", "way", "harm", "record"))
        )
        try:
            with self._database.write() as tx:
                seen = form.number("version") or 0
                case, _ = service.get_complaint(tx, number, seen)
                case = acting.take(tx, viewer.actor, case, form.text("verb"), said)
        except GuijuError as error:
            return self._one(request, number, error, form.text("verb"), said)
        return self._site.go(f"/console/complaints/{case.number}")

    def take(self, request: Request, number: str, form: Posted) -> Response:
        """Take it in hand, or give it back."""
        viewer = self._site.require(request, *HANDLERS)
        try:
            with self._database.write() as tx:
                case, _ = service.get_complaint(tx, number)
                if form.text("give") == "back":
                    release(tx, viewer.actor, case)
                else:
                    claim(tx, viewer.actor, case)
        except GuijuError as error:
            return self._one(request, number, error)
        return self._site.go(f"/console/complaints/{case.number}")

    def open(self, request: Request, number: str, form: Posted) -> Response:
        """The page with the words of the complainant; who reads them and why goes on record."""
        viewer, why = self._site.require(request, *HANDLERS), form.text("reason", longest=500)
        try:
            with self._database.write() as tx:
                case, _ = service.get_complaint(tx, number)
                laying.open_words(tx, viewer.actor, case, why)
        except GuijuError as error:
            return self._one(request, number, error)
        return self._one(request, number, None, why=why)

    def attachment(self, request: Request, number: str, file: str, form: Posted) -> Response:
        """A file as it came, as a download under a name of ours; on record as a reading."""
        viewer, why = self._site.require(request, *HANDLERS), form.text("reason", longest=500)
        with self._database.write() as tx:
            case, _ = service.get_complaint(tx, number)
            kind, data = laying.open_file(tx, viewer.actor, case, file, why)
        headers = {
            "content-disposition": f'attachment; filename="{case.number}-{file[-6:]}.{kind}"',
            "content-security-policy": "default-src 'none'; sandbox",
        }
        media = laying.TYPES.get(kind, "application/octet-stream")
        return Response(data, media_type=media, headers=headers)

    def blank(self, request: Request) -> Response:
        """The form for what reached us otherwise."""
        self._site.require(request, *HANDLERS)
        return self._entry(request, {}, None)

    def enter(self, request: Request, form: Posted) -> Response:
        """Take in what reached us otherwise; the code is to be told to the complainant."""
        viewer = self._site.require(request, *HANDLERS)
        shown: dict[str, str] = {}
        try:
            shown |= {name: form.text(name, longest=4 * LONGEST_TEXT) for name in _FIELDS}
            shown["unit"] = form.text("unit", longest=20)
            filed = entering.file_by(self._database, viewer.actor, _filing(form, shown))
        except GuijuError as error:
            return self._entry(request, shown, error)
        return self._one(request, filed.case.number, None, code=filed.code, status=201)

    # -- rendering ---------------------------------------------------------------------------------

    def _one(
        self,
        request: Request,
        number: str,
        error: GuijuError | None,
        verb: str = "",
        said: acting.Said | None = None,
        *,
        code: str = "",
        why: str = "",
        status: int = 200,
    ) -> Response:
        viewer = self._site.require(request)
        opens = bool(why) and viewer.has(*HANDLERS)
        with self._database.read() as tx:
            case, head = service.get_complaint(tx, number)
            told: dict[str, Any] = {
                "case": case,
                "head": head,
                "given": sealing.given(tx, case) if opens else None,
                "events": history(tx, case, opened=opens),
                "decisions": decisions(tx, case, opened=opens),
                "files": store.files(tx, case.id),
                "pace": store.find_pace(tx, case.id),
                "alike": store.heads(tx, cluster=head.cluster, most=20),
                "alike_total": store.cluster_size(tx, head.cluster),
                "claim": claimed(tx, case),
                "steps": acting.possible(viewer.actor, case),
                "harmed": upholding.harm_found(tx, case),
                "found": _findings(tx, case),
                "now": tx.now,
            }
            told["clocks"] = service.clocks_of(tx, case)
        return self._page(
            request,
            "one",
            error,
            status=status,
            **told,
            code=code,
            why=why,
            handles=viewer.has(*HANDLERS),
            verb=verb,
            said=said or acting.Said(),
            outcomes=DECIDED,
            ways=acting.WAYS,
            outcome_text={one.value: one.text for one in Outcome},
            verb_text=partial(verb_text, COMPLAINT),
            confirming=CONFIRMING,
            harms=_nearest(told["head"].category),
            me=viewer.id,
        )

    def _entry(self, request: Request, shown: dict[str, str], error: GuijuError | None) -> Response:
        return self._page(
            request,
            "entry",
            error,
            shown=shown,
            categories=list(Category),
            channels=BY_STAFF,
            units=list(Unit),
            files=FILES,
            kinds=attaching.KINDS,
            most_file=attaching.MOST_BYTES >> 20,
        )

    def _page(
        self,
        request: Request,
        name: str,
        error: GuijuError | None = None,
        *,
        status: int = 200,
        **values: Any,
    ) -> Response:
        return self._site.page(
            request,
            f"complaints/{name}.html",
            status=status if error is None else error.status,
            error=error,
            states=COMPLAINT.states,
            last_day=following.last_day,
            **values,
        )


def _findings(tx: Tx, case: Case) -> list[Finding]:
    """What was put on record for whoever acts on content, because this complaint was upheld."""
    harmed = upholding.harm_found(tx, case)
    if harmed is None:
        return []
    return findings_in(tx, harmed.request, Source.COMPLAINT, case.number)


def _nearest(category: Category) -> list[Harm]:
    """The 31 harms, those of the class that the complainant chose first."""
    return sorted(harms().values(), key=lambda one: (one.harm_class != category, one.id))


FILES = tuple(f"file{at}" for at in range(1, attaching.MOST + 1))


def _filing(form: Form, shown: dict[str, str]) -> Any:
    channel = reading.one_of(BY_STAFF, "channel", shown["channel"])
    sent = None
    if channel is Channel.AUTHORITY:
        names = ("authority", "reference", "amount", "unit")
        sent = reading.forwarded(*(shown[name] for name in names))
    return reading.filing(
        category=shown["category"],
        text=shown["text"],
        about=shown["about"],
        contact=shown["contact"],
        channel=channel,
        files=[form.file(one) for one in FILES],
        forwarded=sent,
    )
