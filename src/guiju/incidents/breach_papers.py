# SPDX-License-Identifier: Apache-2.0
"""Drafts about a breach: the paper for the authority, and the words for each person concerned.

Both name the six things that the law asks for (`privacy.breach-notice.items`); what nobody has
stated is named as not known yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from guiju import profile, reporting
from guiju.casework import Case, get_case
from guiju.incidents import breach_store, service
from guiju.incidents.breach_kind import ROOM, STAGE
from guiju.incidents.breach_model import BASIS, NOTICE_ITEMS, Breach, Told, not_decided
from guiju.incidents.breaching import breach
from guiju.incidents.drafting import ADDRESSEES
from guiju.incidents.kind import INCIDENT
from guiju.incidents.model import Statement
from guiju.kernel import BEIJING, Actor, Text
from guiju.reporting import Occasion, Paper, Part, Report
from guiju.storage import PersonStore, Tx

LOOKED_INTO = 100
"""So many persons are looked into for the kinds of information; a thousand would take seconds."""
_UNKNOWN = Text(zh="尚不掌握。", en="Not known yet.")
_NOBODY = Text(zh="（尚未发布服务说明）", en="(no statement of the service is published)")
_CAN_DO = Text(
    zh="请留意冒用您信息的来电、来信和登录；在本服务更换密码；有疑问请与我们联系。",
    en="Watch for calls, letters and sign-ins that use your information; change your password here;"
    " ask us whatever you want to know.",
)


def kinds_held(
    tx: Tx, case: Case, stores: Sequence[PersonStore]
) -> list[tuple[PersonStore, Mapping[str, int]]]:
    """What the stores hold of some of those concerned, added up, by store; the first so many."""
    people = breach_store.some(tx, case.id, LOOKED_INTO)
    found: list[tuple[PersonStore, Mapping[str, int]]] = []
    for one in stores:
        if "breach_person" in one.tables:
            continue  # that a breach concerns them is not what got away
        total: dict[str, int] = {}
        for person in people:
            for sort, number in one.what_of(tx, person).items():
                total[sort] = total.get(sort, 0) + number
        if total:
            found.append((one, total))
    return found


def draft_notice(
    tx: Tx, found: Breach, statement: Statement | None, stores: Sequence[PersonStore]
) -> Text:
    """The words for the persons, out of what is stated; `statement` None: it is not opened."""
    items = _items(tx, found, statement, stores)
    natures = _natures(found)
    head = Text(
        zh=f"我们发现您的个人信息可能{natures.zh}。",
        en=f"We have found that personal information of yours may have been {natures.en}.",
    )
    return Text(
        zh="\n".join([head.zh, *(f"{NOTICE_ITEMS[one].zh}：{said.zh}" for one, said in items)]),
        en="\n".join([head.en, *(f"{NOTICE_ITEMS[one].en}: {said.en}" for one, said in items)]),
    )


def draft_for_authority(
    tx: Tx,
    actor: Actor,
    case: Case,
    stores: Sequence[PersonStore],
    authority: str | None = None,
) -> Report:
    """Begin the notice to the authority; nobody has signed it, and software never sends it.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Conflict: `breach-not-decided`; or `case-expired` where the words of the incident are gone.
        Invalid: `report-invalid`.
    """
    found = breach(tx, case)
    if found.authority is not Told.TOLD:
        raise not_decided(
            "尚未决定通知主管部门。", "Nobody has decided that the authority is told."
        )
    about = get_case(tx, INCIDENT, found.incident)
    incident, statement = service.incident(tx, about), service.stated(tx, about)
    natures = _natures(found)
    came = f"{incident.found_at.astimezone(BEIJING):%Y-%m-%d %H:%M} UTC+8"
    count = f"{found.concerned:,}" if found.concerned else ""
    facts = (
        Text(zh=f"报告单位：{_provider(tx).zh}", en=f"Unit: {_provider(tx).en}"),
        Text(zh=f"事件编号：{about.number}", en=f"Incident: {about.number}"),
        Text(zh=f"发现时间：{came}", en=f"Came to light: {came}"),
        Text(zh=f"情形：{natures.zh}", en=f"What happened: {natures.en}"),
        Text(
            zh=f"已知涉及人数：{count or _UNKNOWN.zh}",
            en=f"Persons known to be concerned: {count or _UNKNOWN.en}",
        ),
        Text(zh=f"通知个人：{_said_of(found).zh}", en=f"The persons: {_said_of(found).en}"),
    )
    parts = [Part(Text(zh="概况", en="In short"), facts)]
    parts += [
        Part(NOTICE_ITEMS[one], (said,)) for one, said in _items(tx, found, statement, stores)
    ]
    title = Text(zh="个人信息泄露、篡改、丢失通知", en="Notice of a breach of personal information")
    to = authority or ADDRESSEES[incident.operator].zh
    occasion = Occasion(ROOM, STAGE, to, (BASIS,))
    return reporting.open_report(tx, actor, occasion, Paper(title, tuple(parts)), cause=case)


def _items(
    tx: Tx, found: Breach, statement: Statement | None, stores: Sequence[PersonStore]
) -> list[tuple[str, Text]]:
    words: Mapping[str, str] = {} if statement is None else statement.words
    held = [one.text for one, _ in kinds_held(tx, found.case, stores)]
    kinds = Text(zh="、".join(one.zh for one in held), en=", ".join(one.en for one in held))
    said = {
        "kinds": kinds if held else _UNKNOWN,
        "cause": _as_said(words.get("cause")),
        "harm": _as_said(words.get("effect")),
        "remedy": _as_said(words.get("measures")),
        "can-do": _CAN_DO,
        "contact": _contact(tx),
    }
    return [(one, said[one]) for one in NOTICE_ITEMS]


def _as_said(words: str | None) -> Text:
    return Text(zh=words, en=words) if words else _UNKNOWN


def _natures(found: Breach) -> Text:
    texts = [one.text for one in found.natures]
    return Text(zh="、".join(one.zh for one in texts), en=", ".join(one.en for one in texts))


def _said_of(found: Breach) -> Text:
    if found.people is None:
        return Text(zh="尚未决定", en="not decided yet")
    if found.people is Told.SPARED:
        return Text(
            zh="已采取措施能够有效避免危害，决定不通知",
            en="spared, as what was done keeps harm away",
        )
    return Text(zh=f"已通知 {found.told:,} 人", en=f"{found.told:,} were told")


def _provider(tx: Tx) -> Text:
    published = profile.current(tx)
    return _NOBODY if published is None else published.statement.provider


def _contact(tx: Tx) -> Text:
    published = profile.current(tx)
    if published is None:
        return _UNKNOWN
    return Text(zh=published.statement.contact, en=published.statement.contact)
