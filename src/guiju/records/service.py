# SPDX-License-Identifier: Apache-2.0
"""Keep what must be kept of each use, sealed, and let nobody read it without leaving a trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from guiju.kernel import Actor, ActorKind, NotFound, Refused, Text, give_way, new_id, software
from guiju.ledger import Evidence, append, append_numbered
from guiju.measures import enforces
from guiju.records import (
    coverage,
    hits,
    jobs_store,
    media,
    media_store,
    pictures,
    reading_store,
    sameness_store,
    store,
    term_store,
)
from guiju.records.model import Exchange, ExchangeFacts, Finding, Refusal
from guiju.records.purposes import Purpose, purpose_named
from guiju.storage import RowDigest, Tx, destroy_key

_GATEWAY = software("gateway")
_USUAL = ("case-work", "audit")
"""What staff open records for that say no purpose: the first of these that their role has."""
_REFUSED_BY = {
    "agreement-not-accepted": ("agreement-before-use",),
    "rate-limited": ("usage-limits",),
    "budget-used-up": ("usage-limits",),
    "tokens-over-limit": ("usage-limits",),
}
_EVERY = ("usage-record", "records-sealed", "agreement-before-use", "input-screening")
_DELIVERED = ("output-screening", "text-label")
_RINGS = {
    "personal": "personal-information-screening",
    "classifier": "classifier-triage",
    "guard": "guard-models",
}
# By class of harm: discrimination; business secrets and competition; other people's rights.
_RIGHTS = {"A2": "discrimination-screening", "A3": "rights-screening", "A4": "rights-screening"}


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """A head as pages and exhibits show it."""

    request: str
    values: dict[str, Any]


@enforces("usage-record", "records-sealed")
def record(tx: Tx, items: Sequence[Exchange | Refusal]) -> None:
    """Keep exchanges and refusals with their evidence, all or none (Articles 9, 11, 12, 14).

    Heads carry no content; bodies are sealed with the person's key before they touch the database.
    A thread calls this beside an event loop, which gets its turn between the steps.
    """
    if not items:
        return
    exchanges = [one for one in items if isinstance(one, Exchange)]
    store.add(tx, exchanges)
    give_way()
    term_store.add(tx, exchanges)
    media_store.add(tx, exchanges)
    jobs_store.add(tx, exchanges)
    give_way()
    rows = _rows_by_request(tx.take_noted())
    evidence: list[Evidence] = []
    for one in items:
        if isinstance(one, Exchange):
            evidence.append(_evidence_of(one, rows))
            # Most have nothing more to say, and are not asked for it.
            if one.findings:
                evidence += [_evidence_of_finding(one, finding) for finding in one.findings]
            if one.media:
                evidence += media.evidence_of(one, rows)
            if one.waived is not None:
                evidence.append(_evidence_of_waiver(one, one.waived))
            if one.carried:
                evidence += media.mismatches(tx, one)
        else:
            evidence.append(_evidence_of_refusal(one))
        if one.pictures:
            evidence += pictures.evidence_of(one.pictures)
    appended = append_numbered(tx, _with_remaining(evidence, rows))
    sameness_store.add(tx, exchanges, appended.arrival)
    give_way()
    coverage.note(tx, exchanges)
    hits.note_hits(tx, exchanges)
    give_way()


def _rows_by_request(noted: Sequence[RowDigest]) -> dict[str, list[RowDigest]]:
    """Changed rows by request; a person's new key, made on the way, stands under its own name."""
    rows: dict[str, list[RowDigest]] = defaultdict(list)
    for one in noted:
        rows[one.key].append(one)
    return rows


def _with_remaining(evidence: list[Evidence], rows: dict[str, list[RowDigest]]) -> list[Evidence]:
    """Let the first leaf also cover rows no request claimed: keys made for first-time persons."""
    left = tuple(row for group in rows.values() for row in group)
    if not left:
        return evidence
    first, *rest = evidence
    covered = (first.rows or ()) + left
    return [
        Evidence(
            kind=first.kind,
            controls=first.controls,
            actor=first.actor,
            subject=first.subject,
            facts=first.facts,
            rows=covered,
        ),
        *rest,
    ]


def _evidence_of(one: Exchange, rows: dict[str, list[RowDigest]]) -> Evidence:
    stopped = one.finish == "content_filter"
    controls: tuple[str, ...] = _EVERY
    if one.usage.characters:
        controls += _DELIVERED
    if stopped and one.outgoing.verdict is not None:
        controls += ("generation-stopped",)
    return Evidence(
        kind="exchange-recorded",
        controls=controls,
        actor=_GATEWAY,
        subject=one.person,
        facts=_facts(one),
        rows=tuple(rows.pop(one.request, ())),
    )


def _evidence_of_waiver(one: Exchange, terms: str) -> Evidence:
    """Who got what without a visible label, and on which terms (Labelling Measures, Article 9)."""
    return Evidence(
        kind="label-waived",
        controls=("label-waiver-log",),
        actor=_GATEWAY,
        subject=one.person,
        facts={
            "request": one.request,
            "recipient": one.person,
            "terms": terms,
            "produce_id": one.label.produce_id,
            "implicit": one.label.implicit,
        },
        rows=(),
    )


def _facts(one: Exchange) -> ExchangeFacts:
    return ExchangeFacts(
        request=one.request,
        service=one.service,
        agreement=one.agreement,
        policy=one.policy,
        input=one.incoming,
        output=one.outgoing,
        label=one.label,
        usage=one.usage,
        finish=one.finish,
        model=one.model,
        route=one.route,
        stream=one.stream,
        source=one.source,
        training=one.training,
        companion=one.companion,
        sensitive=one.sensitive,
    )


def _evidence_of_finding(one: Exchange, finding: Finding) -> Evidence:
    return Evidence(
        kind="finding-raised",
        controls=tuple(_controls_of(finding)),
        actor=_GATEWAY,
        subject=one.person,
        facts={"request": one.request, **finding.as_facts(), "policy": one.policy},
        rows=(),
    )


def _controls_of(finding: Finding) -> Iterator[str]:
    """What was carried out by raising it: by direction, detector and harm, and by whose word."""
    if finding.direction == "input":
        yield "input-screening"
    else:
        yield "output-screening"
        if finding.action in {"block", "refuse"}:
            yield "generation-stopped"
    # Every guard model is a detector of its own, as `guard:<name>`.
    if (ring := _RINGS.get(finding.detector.partition(":")[0])) is not None:
        yield ring
    if (right := _RIGHTS.get(finding.harm[:2])) is not None:
        yield right
    if finding.by is not None:
        yield "named-rules-decide"


def _evidence_of_refusal(one: Refusal) -> Evidence:
    facts: dict[str, Any] = {"request": one.request, "code": one.code, "route": one.route}
    if one.count > 1:
        facts["count"] = one.count
    return Evidence(
        kind="request-refused",
        controls=_REFUSED_BY.get(one.code, ("closed-door",)),
        actor=_GATEWAY,
        subject=one.person or one.key,
        facts=facts,
        rows=(),
    )


def find(tx: Tx, request: str) -> ExchangeView | None:
    """The head of one exchange, or None."""
    row = store.head(tx, request)
    return None if row is None else ExchangeView(request, dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's documented accessor


def recent(tx: Tx, person: str | None = None, limit: int = 50) -> list[ExchangeView]:
    """The newest heads, of one person or of all."""
    rows = store.heads(tx, person, limit)
    return [ExchangeView(row.request, dict(row._mapping)) for row in rows]  # noqa: SLF001 - as above


@enforces("records-sealed")
def read(
    tx: Tx, actor: Actor, request: str, reason: str, purpose: str | None = None
) -> tuple[bytes, bytes]:
    """The input and output of one exchange, opened for a stated reason; each reading is logged.

    `purpose` is one of `purposes()`; None: the person's own look, or the work of the actor's role.

    Raises:
        Refused: `role-needed`, or `reason-needed` when the reason is missing.
        Invalid: `purpose-unknown`.
        NotFound: `exchange-not-found`, `key-destroyed` after an erasure, or `content-not-kept`
            once it has expired or where the policy keeps none.
    """
    own = actor.id == _owner(tx, request)
    bound = _purpose(actor, purpose, own=own)
    if not reason.strip():
        raise Refused("reason-needed", _NO_REASON, _GIVE_REASON, article=11)
    return _opened(tx, actor, request, reason, bound.id)


@enforces("records-sealed")
def opened_by_software(
    tx: Tx, actor: Actor, request: str, reason: str, purpose: str
) -> tuple[bytes, bytes]:
    """The same for a step of guiju itself, after which nobody has read it; logged alike.

    Raises:
        Refused: `role-needed`, for anybody who is no software.
        NotFound: as `read`.
    """
    if actor.kind is not ActorKind.SOFTWARE:
        raise Refused("role-needed", _NOT_YOURS, _ASK_ROLE, article=11)
    return _opened(tx, actor, request, reason, purpose)


def _opened(tx: Tx, actor: Actor, request: str, reason: str, purpose: str) -> tuple[bytes, bytes]:
    body = store.body(tx, request)
    if body is None:
        raise not_kept(request)
    content = tx.unseal(body.person, body.content, store.context(request))
    note_reading(tx, actor, request, reason, subject=body.person, purpose=purpose)
    return store.unpacked(content)


def _purpose(actor: Actor, said: str | None, *, own: bool) -> Purpose:
    """What the actor may open the record for; raises Refused `role-needed`."""
    if said is None and own:
        return purpose_named("own-records")
    tried = [purpose_named(one) for one in ((said,) if said else _USUAL)]
    for one in tried:
        if one.allows(actor) or (own and not one.roles):
            return one
    if said is None:
        raise Refused("role-needed", _NOT_YOURS, _ASK_ROLE, article=11)
    raise Refused("role-needed", _not_for(tried[0]), _ASK_ROLE, article=11)


@enforces("records-sealed")
def note_reading(
    tx: Tx, actor: Actor, thing: str, reason: str, *, subject: str, purpose: str = "case-work"
) -> None:
    """Put on record that somebody opens what is sealed, also of another room.

    `thing`: what is opened, `subject`: the person or case it belongs to, each by its id. Who may
    open it for this purpose is for the room to say that it belongs to.

    Raises:
        Refused: `reason-needed`.
        Invalid: `purpose-unknown`.
    """
    if not reason.strip():
        raise Refused("reason-needed", _NO_REASON, _GIVE_REASON, article=11)
    # The reason may name a person, so it stands in a row that the leaf attests, not in the leaf.
    reading = new_id("rd")
    store.add_reading(tx, reading, thing, actor.id, reason.strip()[:500])
    reading_store.add(tx, reading, subject, purpose_named(purpose).id)
    append(
        tx,
        "record-read",
        controls=("records-sealed",),
        actor=actor,
        subject=subject,
        facts={"request": thing, "reading": reading, "purpose": purpose},
    )


@enforces("records-sealed")
def erase(tx: Tx, actor: Actor, second: Actor, person: str) -> bool:
    """Destroy the key of a person: nothing sealed with it can be opened ever again (Article 11).

    It cannot be undone, so two people do it. The ledger still verifies: it holds digests of what
    was sealed, not the content. False when there was no key.

    Raises:
        Refused: `role-needed` unless `actor` is a privacy officer and `second` member of staff;
            `second-person-needed` when both are the same.
    """
    if not actor.has("privacy-officer") or second.kind is not ActorKind.STAFF:
        raise Refused("role-needed", _NOT_PRIVACY, _ASK_PRIVACY, article=11)
    if actor.id == second.id:
        raise Refused("second-person-needed", _ALONE, _ASK_SECOND, article=11)
    if not destroy_key(tx, person):
        return False
    append(
        tx,
        "key-destroyed",
        controls=("records-sealed",),
        actor=actor,
        subject=person,
        facts={"second": second.id},
    )
    return True


def _owner(tx: Tx, request: str) -> str:
    head = store.head(tx, request)
    if head is None:
        raise _not_found(request)
    return str(head.person)


def not_kept(request: str) -> NotFound:
    """There is such an exchange, but its content is not here: it has expired or was never kept."""
    return NotFound(
        "content-not-kept",
        Text(
            zh=f"记录 {request} 的内容未留存或已到期删除，仅余使用记录。",
            en=f"The content of {request} was not kept or has expired; its usage record is here.",
        ),
        Text(
            zh="留存多久由规则 content_days 和 retention_days 决定。",
            en="The policy's content_days and retention_days say how long it stays.",
        ),
        article=11,
    )


def _not_found(request: str) -> NotFound:
    return NotFound(
        "exchange-not-found",
        Text(zh=f"没有交互记录 {request}。", en=f"There is no exchange {request}."),
        Text(zh="请核对请求编号。", en="Check the request id."),
    )


_NOT_YOURS = Text(
    zh="只有本人和有权岗位可以读取内容。", en="Only the person and certain roles may read content."
)
_ASK_ROLE = Text(
    zh="请由审核、内容安全、个人信息保护、申诉或审计岗位读取。",
    en="Ask a reviewer, safety, privacy or appeals officer, or an auditor.",
)


def _not_for(purpose: Purpose) -> Text:
    return Text(
        zh=f"您的岗位不能为“{purpose.zh}”读取记录。",
        en=f"Your role may not open records for {purpose.en}.",
    )


_NOT_PRIVACY = Text(
    zh="只有个人信息保护负责人可以销毁密钥，并须另一名工作人员在场。",
    en="Only a privacy officer may destroy a key, together with another member of staff.",
)
_ASK_PRIVACY = Text(
    zh="请由该岗位发起，并指明第二人。", en="Let that role start it, and name the second person."
)
_ALONE = Text(zh="销毁密钥须由两人完成。", en="Destroying a key takes two people.")
_ASK_SECOND = Text(zh="请指明另一名工作人员。", en="Name another member of staff.")
_NO_REASON = Text(zh="读取内容必须说明理由。", en="Reading content needs a reason.")
_GIVE_REASON = Text(zh="请填写理由后重试。", en="State the reason and try again.")
