# SPDX-License-Identifier: Apache-2.0
"""`/console/cases`: where staff work on cases of every kind, with the evidence beside them.

`/mail`: where an address is confirmed.
"""

from __future__ import annotations

from fastapi import APIRouter

from guiju.casework.api import ByToken, CaseApi
from guiju.casework.case_pages import CasePages
from guiju.casework.confirm_pages import ConfirmPages
from guiju.casework.evidence_pages import EvidencePages
from guiju.casework.mail_pages import MailPages
from guiju.casework.quality_pages import QualityPages
from guiju.casework.queue_pages import QueuePages
from guiju.casework.review import Review
from guiju.casework.work_pages import WorkPages
from guiju.kernel import Text
from guiju.storage import Database
from guiju.web import NOBODY, Site, Viewer

HERE = "/console/cases"


def _nobody(_token: str) -> Viewer:
    return NOBODY


def router(
    database: Database, site: Site, review: Review, by_token: ByToken = _nobody
) -> APIRouter:
    """Pages of reviewers, and what programs may do for them.

    `review` says which kinds there are and what is shown; `by_token` whose session a token is.
    """
    site.offer("console", HERE, Text(zh="案件", en="Cases"), order=25, under=(HERE,))
    routes = APIRouter(include_in_schema=False)
    # Those with names of their own come before those that take any number.
    QueuePages(database, site, review).add_to(routes)
    WorkPages(database, site, review).add_to(routes)
    QualityPages(database, site, review).add_to(routes)
    MailPages(database, site, review).add_to(routes)
    ConfirmPages(database, site).add_to(routes)
    cases = CasePages(database, site, review)
    cases.add_to(routes)
    EvidencePages(database, site, review, cases).add_to(routes)
    both = APIRouter()
    both.include_router(routes)
    programs = APIRouter(tags=["cases"])
    CaseApi(database, review, by_token).add_to(programs)
    both.include_router(programs)
    return both
