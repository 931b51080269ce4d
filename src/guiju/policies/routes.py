# SPDX-License-Identifier: Apache-2.0
"""`/console/policies`: the provider's rules, proposed by one person and decided by another."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.kernel import GuijuError, Invalid, PolicyActivated, Text
from guiju.measures import law
from guiju.policies import service
from guiju.policies.lexicons_model import READERS, Reference, references
from guiju.policies.model import EDITOR, OFFICER, Policy, PolicyState
from guiju.storage import Database
from guiju.web import Form, Posted, Site

_MOST_SHOWN = 200
_MOST_CHANGES = 500
_MOST_EDITED = 2_000
_CODE = "policy-invalid"
_LISTS = ("screening.entry", "screening.lexicon")

LANGUAGES = ("zh", "en")
STATES = {
    PolicyState.DRAFT: Text(zh="草稿", en="draft"),
    PolicyState.PROPOSED: Text(zh="待批准", en="proposed"),
    PolicyState.ACTIVE: Text(zh="生效中", en="in force"),
    PolicyState.REJECTED: Text(zh="已驳回", en="rejected"),
    PolicyState.SUPERSEDED: Text(zh="已被取代", en="superseded"),
}
ACTIONS = {
    "block": Text(zh="阻断", en="block"),
    "refuse": Text(zh="拒答", en="refuse"),
    "mask": Text(zh="遮盖", en="mask"),
    "review": Text(zh="送审", en="review"),
}
SCOPES = {
    "input": Text(zh="输入", en="input"),
    "output": Text(zh="输出", en="output"),
    "training": Text(zh="训练数据", en="training data"),
}
PLACES = {
    "end": Text(zh="回答末尾", en="at the end of the answer"),
    "start": Text(zh="回答开头", en="at the start of the answer"),
    "interface": Text(zh="由界面展示", en="shown by the interface"),
}
REPLIES = {
    "answer": Text(zh="以普通回答的形式给出拒答语", en="a normal answer with the refusal text"),
    "error": Text(zh="返回错误", en="an error"),
}


def router(
    database: Database,
    site: Site,
    publish: Callable[[PolicyActivated], None] = lambda _: None,
) -> APIRouter:
    """The pages of policies; `publish` tells the house that another one is in force."""
    under = ("/console/policies",)
    site.offer("console", under[0], Text(zh="规则", en="Policies"), order=30, under=under)
    pages = PolicyPages(database, site, publish)
    routes = APIRouter(include_in_schema=False)
    routes.get("/console/policies")(pages.listed)
    routes.get("/console/policies/new")(pages.blank)
    routes.post("/console/policies/new")(pages.propose)
    routes.get("/console/policies/{policy}")(pages.one)
    routes.post("/console/policies/{policy}/approve")(pages.approve)
    routes.post("/console/policies/{policy}/reject")(pages.reject)
    return routes


class PolicyPages:
    """List, one version with what it would change, proposing, and deciding."""

    def __init__(
        self, database: Database, site: Site, publish: Callable[[PolicyActivated], None]
    ) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._publish = publish

    def listed(self, request: Request) -> Response:
        """Every version, newest first."""
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found = service.listed(tx, _MOST_SHOWN)
        return self._site.page(
            request,
            "policies/list.html",
            policies=found,
            states=STATES,
            may_propose=viewer.has(OFFICER, EDITOR),
        )

    def one(self, request: Request, policy: str) -> Response:
        """One version, held against the one in force."""
        return self._shown(request, policy, None)

    def blank(self, request: Request) -> Response:
        """The form to propose a version, filled with the one in force."""
        self._site.require(request, *READERS)
        with self._database.read() as tx:
            now = service.active(tx)
        return self._proposing(request, None, "" if now is None else _as_toml(now.body), "")

    def propose(self, request: Request, form: Posted) -> Response:
        """Propose what was pasted or uploaded."""
        viewer = self._site.require(request, *READERS)
        text, note = _text(form), form.text("note", longest=2_000)
        try:
            body = _read(text)
            with self._database.write() as tx:
                made = service.propose(tx, viewer.actor, body, note)
        except GuijuError as error:
            return self._proposing(request, error, text, note)
        return self._site.go(f"/console/policies/{made.id}")

    def approve(self, request: Request, policy: str, _form: Posted) -> Response:
        """Put a version in force; refused to whoever proposed it."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                made = service.approve(tx, viewer.actor, policy)
        except GuijuError as error:
            return self._shown(request, policy, error)
        self._publish(PolicyActivated(made.digest))
        return self._site.go(f"/console/policies/{policy}")

    def reject(self, request: Request, policy: str, form: Posted) -> Response:
        """Turn a version down with a reason."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                service.reject(tx, viewer.actor, policy, form.text("reason", longest=2_000))
        except GuijuError as error:
            return self._shown(request, policy, error)
        return self._site.go(f"/console/policies/{policy}")

    def _shown(self, request: Request, policy: str, error: GuijuError | None) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found, now = service.get(tx, policy), service.active(tx)
        reads = viewer.has(*READERS)
        return self._site.page(
            request,
            "policies/one.html",
            status=200 if error is None else error.status,
            error=error,
            policy=found,
            active=now,
            reads=reads,
            changes=_compared(found, now) if reads else None,
            decides=found.state is PolicyState.PROPOSED and viewer.has(OFFICER),
            proposed_it=found.proposer == viewer.id,
            lexicons=references(found.body),
            entries=found.body["screening"]["entry"][:_MOST_SHOWN] if reads else [],
            harms=law().harms,
            states=STATES,
            actions=ACTIONS,
            scopes=SCOPES,
            places=PLACES,
            replies=REPLIES,
        )

    def _proposing(
        self, request: Request, error: GuijuError | None, text: str, note: str
    ) -> Response:
        return self._site.page(
            request,
            "policies/propose.html",
            status=200 if error is None else error.status,
            error=error,
            text=text,
            note=note,
        )


def _compared(found: Policy, now: Policy | None) -> list[tuple[str, str]] | None:
    """What `found` would change, None when nothing is in force or it is in force itself."""
    if now is None or now.id == found.id:
        return None
    return changes(now.body, found.body)


def _text(form: Form) -> str:
    """The uploaded file, else what was pasted."""
    uploaded = form.file("file")
    if uploaded:
        try:
            return uploaded.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _unreadable("文件不是 UTF-8", "the file is not UTF-8") from error
    return form.text("body", longest=16 * 1024 * 1024)


def _read(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(f"不是有效的 TOML（{error}）", f"it is not TOML ({error})") from error


def _as_toml(body: Mapping[str, Any]) -> str:
    """The body as one would write it, to start from; empty when it is too long for a text box."""
    screening, label = body["screening"], body["labels"]["text"]
    entries = screening["entry"]
    if len(entries) > _MOST_EDITED:
        return ""
    both = "{{ zh = {}, en = {} }}".format(
        *(_value(screening["refusal"][one]) for one in LANGUAGES)
    )
    lines = ["[screening]", f"reply = {_value(screening['reply'])}", f"refusal = {both}", ""]
    for one in screening.get("lexicon", ()):
        lines += ["[[screening.lexicon]]", *_settled(one), ""]
    for one in entries:
        lines += ["[[screening.entry]]", *_settled(one), ""]
    lines += ["[labels.text]", *_settled(label), "", "[records]", *_settled(body["records"])]
    return "\n".join(lines)


def _settled(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in table.items() if value != ""]


def _value(value: Any) -> str:
    """A string, number or list of strings: JSON writes these three as TOML does."""
    return msgspec.json.encode(value).decode()


def _unreadable(zh: str, en: str) -> Invalid:
    return Invalid(
        _CODE,
        Text(zh=f"规则无法读取：{zh}。", en=f"The policy cannot be read: {en}."),
        Text(zh="请更正后再提出。", en="Correct it and propose again."),
        param="body",
    )


# -- what one version would change of another -----------------------------------------------------


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Lines as ("-", text) and ("+", text): settings first, then what goes or comes in lists."""
    old, new = _lines(before), _lines(after)
    # An entry may stand twice, so lines are counted and not only looked up.
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    lines = [("-", line) for line in gone.elements()] + [("+", line) for line in come.elements()]
    lines.sort(key=lambda one: (_order(one[1]), one[1], one[0] == "+"))
    rest = len(lines) - _MOST_CHANGES
    return lines if rest <= 0 else [*lines[:_MOST_CHANGES], ("…", str(rest))]


def _lines(body: Mapping[str, Any]) -> list[str]:
    lexicons = [_lexicon(one) for one in references(body)]
    return [*_settings(body, ""), *lexicons, *map(_entry, body["screening"]["entry"])]


def _settings(value: Any, place: str) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{place} = {value}"]
    found: list[str] = []
    for key in sorted(value):
        inner = f"{place}.{key}" if place else key
        if inner not in _LISTS:
            found += _settings(value[key], inner)
    return found


def _lexicon(one: Reference) -> str:
    return f"[[{one.name}]] {one.entries} · {one.digest[:16]}"


def _entry(one: Mapping[str, Any]) -> str:
    note = f"  # {one['note']}" if one.get("note") else ""
    return f"[{one['harm']}] {one['term']} → {one['action']} ({', '.join(one['scope'])}){note}"


def _order(line: str) -> int:
    return int(line.startswith("["))
