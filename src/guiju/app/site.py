# SPDX-License-Identifier: Apache-2.0
"""Pages and JSON API of all rooms in one FastAPI application, and what machines ask of it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.responses import JSONResponse, PlainTextResponse

from guiju import accounts, complaints, incidents, records
from guiju.accounts import routes as accounts_routes
from guiju.app import verify_page
from guiju.app.api_page import add_api_page
from guiju.app.asking_age import age_question
from guiju.app.house import House
from guiju.app.review import note_reading, review_of
from guiju.casework import get_case
from guiju.casework import routes as casework_routes
from guiju.complaints import routes as complaints_routes
from guiju.dispositions import kept_back, restored_to
from guiju.dispositions import routes as dispositions_routes
from guiju.gateway import ROUTE_NAMES, Gateway, recalled
from guiju.gateway import routes as gateway_routes
from guiju.gateway.telemetry import exposition
from guiju.gateway.upstreams import routes as upstreams_routes
from guiju.incidents import routes as incidents_routes
from guiju.kernel import GuijuError, Text
from guiju.labelling import read_anchors
from guiju.minors import routes as minors_routes
from guiju.policies import routes as policies_routes
from guiju.privacy import routes as privacy_routes
from guiju.profile import routes as profile_routes
from guiju.reporting import Report
from guiju.reporting import routes as reporting_routes
from guiju.storage import Tx
from guiju.supervision import StandingBoard
from guiju.supervision import routes as supervision_routes
from guiju.web import Site

App = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]

# The framework would describe an error of its own making, which nobody is ever sent.
_WORD, _WORD_OR_NONE = {"type": "string"}, {"type": ["string", "null"]}
_ERROR = {
    "message": _WORD,
    "type": _WORD,
    "param": _WORD_OR_NONE,
    "code": _WORD,
    "what": _WORD,
    "remedy": _WORD,
    "article": {"type": ["integer", "null"]},
    "case": _WORD_OR_NONE,
    "request_id": _WORD,
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "The one shape of errors, in the reader's language",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"error": {"type": "object", "properties": _ERROR}},
                    "required": ["error"],
                }
            }
        },
    }
}

_DEMO = Text(
    zh="这是演示：由内置的演示模型作答，服务信息均为示例。",
    en="This is a demonstration: a built-in demo model answers, and the service is a sample.",
)


def build_site(house: House, gateway: Gateway) -> App:
    """Every page and route outside `/v1`."""
    database = house.database
    https = house.settings.https
    site = Site(
        accounts_routes.viewer_of(database, https=https),
        https=https,
        notice=partial(_notice, house),
        names=accounts_routes.names_of(database),
    )
    app = FastAPI(
        title="guiju",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    board = StandingBoard(database, house.signals)
    for routes in (
        profile_routes.router(
            database,
            site,
            partial(_promised, house),
            house.running,
            accounts_routes.takes_newcomers(database),
        ),
        accounts_routes.router(
            database,
            site,
            house.publish,
            public_url=house.settings.reached_at,
            verifiers=_verifiers(house),
            ask=age_question(),
            proofs=house.proofs,
            news=restored_to,
        ),
        complaints_routes.router(database, site, sends_mail=bool(house.settings.mail_host)),
        supervision_routes.router(database, site, board, house.tiles),
        policies_routes.router(database, site, house.publish),
        casework_routes.router(
            database, site, review_of(house), accounts_routes.by_token(database)
        ),
        incidents_routes.router(
            database,
            site,
            house.publish,
            ROUTE_NAMES,
            house.kinds,
            note_reading=note_reading,
            stores=house.stores,
        ),
        reporting_routes.router(database, site, partial(_cause_of, house), note_reading),
        verify_page.router(site, database, lambda: house.rules.pinned, _anchors(house)),
        dispositions_routes.router(
            database,
            site,
            sends_mail=bool(house.settings.mail_host),
            workbench=dispositions_routes.Workbench(
                house.kinds, house.screen, recalled, note_reading
            ),
        ),
        minors_routes.router(database, site, house.publish),
        privacy_routes.router(_means(house), site),
        gateway_routes.router(database, site, gateway.counted),
        upstreams_routes.router(database, site, gateway.counted, house.settings.upstream),
    ):
        app.include_router(routes, responses=_ERRORS)
    add_api_page(app, site, database, house.settings.reached_at)
    _machines(app, house, gateway)
    return site.install(app)


def _means(house: House) -> privacy_routes.Means:
    """What requests of people are served with."""
    settings = house.settings
    return privacy_routes.Means(
        house.database,
        house.stores,
        house.eraser,
        house.packer,
        settings.tiles,
        recalled,
        kept_back,
        _breaches,
    )


def _breaches(tx: Tx) -> list[privacy_routes.Beside]:
    """Breaches of personal information, for the privacy officer's page."""
    return [
        privacy_routes.Beside(
            one.case.number,
            f"/console/breaches/{one.case.number}",
            one.case.kind.text,
            one.case.kind.states[one.case.state],
            one.case.due,
        )
        for one in incidents.breaches(tx)
        if one.case.is_open
    ]


def _verifiers(house: House) -> accounts.Verifiers:
    """Who verifies identities here; raises Invalid `verifiers-invalid`."""
    return accounts.verifiers_of(
        house.settings.verifiers,
        os.environ.get("GUIJU_VERIFIER_SECRET", ""),
        house.database.keys,
        development=house.settings.development_verifier,
    )


def _anchors(house: House) -> str | None:
    """Who vouches for content credentials of others; raises Invalid `credential-invalid`."""
    file = house.settings.file("c2pa_anchors")
    return None if file is None else read_anchors(file)


def _notice(house: House) -> Text | None:
    """That it is a demonstration, as long as nobody has said who else is to answer."""
    demo = house.settings.upstream is None and not house.rules.names_models
    return _DEMO if demo else None


def _cause_of(house: House, tx: Tx, report: Report) -> str | None:
    """The number of the case that a report is about."""
    parent = report.case.parent
    return None if parent is None else get_case(tx, house.kinds, parent).number


def _promised(house: House) -> Text | None:
    """What the public is promised when it complains, for the first page."""
    with house.database.read() as tx:
        return complaints.promised(tx)


def _machines(app: FastAPI, house: House, gateway: Gateway) -> None:
    """`/healthz`: the process lives. `/readyz`: it would serve a request now. `/metrics`."""

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> JSONResponse:
        faults, notes = _faults(house, gateway)
        said = {"ready": not faults, "faults": faults, "notes": notes}
        return JSONResponse(said, 503 if faults else 200)

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> PlainTextResponse:
        text = exposition(*gateway.counted()) + house.rules.metrics() + _gaps(house)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


def _gaps(house: House) -> str:
    """How many gaps in coverage are open; nothing while nobody can say, so that it is missed."""
    try:
        with house.database.read() as tx:
            waiting = records.open_gaps(tx)
    except GuijuError:
        return ""
    name = "guiju_coverage_gaps_open"
    said = "Incidents of characters without a verdict that no person has closed."
    return f"# HELP {name} {said}\n# TYPE {name} gauge\n{name} {waiting}\n"


def _faults(house: House, gateway: Gateway) -> tuple[list[str], list[str]]:
    """Why a request would be refused now, as error codes, and what to know although it is not.

    A database that is away is a fault unless it is bridged: then whoever was known before is still
    served, and this process is as ready as any other.
    """
    found: list[str] = []
    notes: list[str] = []
    if not house.database.answers():
        (notes if gateway.stalled else found).append("database")
    if gateway.stalled:
        notes.append("records-kept-aside")
    for look in (house.rules.now, gateway.check_open):
        try:
            look()
        except GuijuError as error:
            found.append(error.code)
    return found, notes
