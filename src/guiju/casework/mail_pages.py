# SPDX-License-Identifier: Apache-2.0
"""`/console/cases/mails`: notices by mail that nobody has got, for staff to try another way."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import confirming, mailing
from guiju.casework.review import Review
from guiju.casework.telling import NOTICES
from guiju.storage import Database
from guiju.web import Site

HERE = "/console/cases/mails"


class MailPages:
    """What came back, and what waits for a mail server."""

    def __init__(self, database: Database, site: Site, review: Review) -> None:
        """Read from `database`."""
        self._database = database
        self._site = site
        self._review = review

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        routes.get(HERE)(self.shown)

    def shown(self, request: Request) -> Response:
        """The list, of cases that the viewer may see."""
        viewer = self._site.require(request)
        with self._database.read() as tx:
            kinds = self._review.readable(viewer.actor)
            found = mailing.undelivered(tx, kinds)
            refused = confirming.refused_addresses(tx, kinds)
        return self._site.page(
            request, "casework/mails.html", mails=found, refused=refused, states=NOTICES
        )
