# SPDX-License-Identifier: Apache-2.0
"""`/console/records`: what is kept and for what, keys, disclosures, assessments, pools, readings.

For the privacy officer, and to read for who audits or answers for the service. Nothing is opened
here and nobody is named but staff and recipients.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from guiju import inventory, policies, records
from guiju.inventory import DataClass
from guiju.kernel import Text
from guiju.measures import rule
from guiju.privacy.faces import Means
from guiju.privacy.model import HANDLER
from guiju.storage import Tx
from guiju.web import Site

KEEPING = "/console/records"
LOOKERS = (HANDLER, "auditor", "accountable-person")
LOOK_BACK = timedelta(days=30)


class Kept(NamedTuple):
    """A class of data, how long it is kept in words, and in how many columns it stands."""

    held: DataClass
    limit: Text
    fields: int


class KeepingPages:
    """What the privacy officer answers for, on one page."""

    def __init__(self, means: Means, site: Site) -> None:
        """Work with these means."""
        self._database = means.database
        self._site = site

    def shown(self, request: Request) -> Response:
        """The page; raises Refused `role-needed` for other staff."""
        self._site.require(request, *LOOKERS)
        with self._database.read() as tx:
            told = _told(tx)
        return self._site.page(request, "privacy/keeping.html", **told)


def _told(tx: Tx) -> dict[str, Any]:
    policy = policies.active(tx)
    body = None if policy is None else policy.body
    found = inventory.classes(body)
    return {
        "kept": [
            Kept(one, limit_said(one.limit, body), len(inventory.fields_of(one.id)))
            for one in found.values()
            if one.is_personal
        ],
        "names": {one.id: one.text for one in found.values()},
        "keys": records.key_status(tx),
        "disclosures": records.disclosures(tx),
        "due": records.due(tx, found),
        "assessments": records.assessments(tx, found),
        "audits": records.audits(tx),
        "pools": records.pools(tx),
        "readings": records.readings_counted(tx, tx.now - LOOK_BACK),
        "look_back": LOOK_BACK.days,
        "now": tx.now,
    }


def limit_said(limit: str, body: Mapping[str, Any] | None) -> Text:
    """What ends the keeping of a class, in words; `limit` as the inventory names it."""
    kind, _, name = limit.partition(":")
    if kind == "rule":
        one = rule(name)
        unit = _UNITS[one.unit]
        return Text(
            zh=f"至少 {one.number} {unit.zh}（规则 {name}）",
            en=f"{one.number} {unit.en} at least (rule {name})",
        )
    if kind == "policy":
        return _BY_POLICY if body is None else _days(body["records"], name)
    return _LIMITS[kind]


def _days(said: Mapping[str, Any], name: str) -> Text:
    """What a policy says of its `name`; content that it is silent on goes with the logs."""
    days = said.get(name, said.get("retention_days") if name == _CONTENT else None)
    if days is None:
        return Text(zh="规则未规定期限", en="the policy sets no limit")
    return Text(zh=f"{days} 日（规则）", en=f"{days} days by policy")


_CONTENT = "content_days"
_UNITS = {"months": Text(zh="个月", en="months"), "years": Text(zh="年", en="years")}
_BY_POLICY = Text(zh="由规则规定，尚无规则", en="by policy; none is in force")
_LIMITS = {
    "account": Text(zh="账号存续期间", en="as long as the account"),
    "case": Text(zh="随所属案件", en="with the case that it is in"),
    "evidence": Text(zh="与证据同期", en="as long as the ledger"),
    "hour": Text(zh="至多数小时", en="some hours at most"),
    "withdrawn": Text(
        zh="本人撤回为止，至迟随账号或案件",
        en="until it is taken back, with the account or case at the latest",
    ),
}
