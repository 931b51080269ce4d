# SPDX-License-Identifier: Apache-2.0
"""`/console/records/search`: find records by a number that somebody names; opens none."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from guiju import accounts, inventory, policies, records
from guiju.kernel import GuijuError, Text
from guiju.privacy.faces import Means
from guiju.privacy.keeping import KEEPING, LOOKERS
from guiju.storage import Tx
from guiju.web import Posted, Site

SEARCH = f"{KEEPING}/search"
SEARCHERS = ("privacy-officer", "safety-officer")
_LOOKERS = (*SEARCHERS, "auditor", "accountable-person")
_LONGEST = {"kind": 20, "term": 300, "purpose": 40, "reason": 500}
KINDS = {
    "mobile": Text(zh="所输入内容中的手机号", en="a mobile number in what was typed"),
    "email": Text(zh="所输入内容中的邮箱", en="a mail address in what was typed"),
    "resident-id": Text(
        zh="所输入内容中的身份证号", en="a resident identity number in what was typed"
    ),
    "name": Text(zh="登录名", en="a login name"),
    "end-user": Text(
        zh="应用的用户编号（应用编号/用户编号）", en="an app's id of its user (app/user)"
    ),
}


def searchable(tx: Tx) -> list[str]:
    """The kinds by which the policy in force lets records be found."""
    policy = policies.active(tx)
    return [] if policy is None else list(policy.body["records"].get("search", ()))


def named(tx: Tx, kind: str, term: str) -> Sequence[str]:
    """People by a login name, or by an app's id of its end user."""
    if kind == "name":
        found = accounts.find_person(tx, term)
    else:
        app, _, user = term.partition("/")
        found = accounts.look_up_end_user(tx, app, user) if app and user else None
    return () if found is None else (found.id,)


class SearchPages:
    """What staff may look for, and what they find."""

    def __init__(self, means: Means, site: Site) -> None:
        """Work with these means."""
        self._database = means.database
        self._site = site

    def shown(self, request: Request) -> Response:
        """The form, and who searched of late."""
        return self._shown(request, {}, None, None)

    def search(self, request: Request, form: Posted) -> Response:
        """What was found; the term is in no address and on no page."""
        viewer = self._site.require(request, *SEARCHERS)
        said = {name: form.text(name, longest=most) for name, most in _LONGEST.items()}
        try:
            with self._database.write() as tx:
                asked = records.Sought(**said)
                found = records.search(tx, viewer.actor, asked, searchable(tx), named)
        except GuijuError as error:
            return self._shown(request, said, error, None)
        return self._shown(request, said | {"term": ""}, None, found)

    def _shown(
        self,
        request: Request,
        said: dict[str, str],
        error: GuijuError | None,
        found: records.Found | None,
    ) -> Response:
        viewer = self._site.require(request, *_LOOKERS)
        with self._database.read() as tx:
            kinds, done = searchable(tx), records.searches(tx)
        classes = inventory.as_shipped()
        return self._site.page(
            request,
            "privacy/search.html",
            status=200 if error is None else error.status,
            kinds={name: KINDS[name] for name in kinds},
            classes={name: classes[inventory.SEARCHABLE[name]].text for name in KINDS},
            all_kinds=KINDS,
            purposes={one.id: one.text for one in records.purposes().values()},
            mine=records.purposes_for(viewer.actor),
            may=viewer.actor.has(*SEARCHERS),
            said=said,
            error=error,
            found=found,
            searches=done,
            sees_records=viewer.actor.has(*LOOKERS),
        )
