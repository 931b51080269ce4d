# SPDX-License-Identifier: Apache-2.0
"""Record: what was asked, answered and judged, durable before the answer counts (Article 11)."""

from __future__ import annotations

from typing import Any

import msgspec

from guiju.gateway.account import withdrawn
from guiju.gateway.passages import last_message
from guiju.gateway.signals import Command, Record
from guiju.gateway.stations.identify import known
from guiju.gateway.wires import CHAT
from guiju.gateway.work import Work
from guiju.kernel import Refused, Text
from guiju.measures import enforces
from guiju.records import Exchange, Label, Part, spoken
from guiju.screening.personal import terms

_encode = msgspec.json.Encoder().encode


def record(work: Work) -> tuple[Command, ...]:
    """Ask for the record to be made durable; `reply` waits for it."""
    caller = known(work)
    if caller.person is None or caller.agreement is None:
        raise Refused("agreement-not-accepted", _NOBODY, _ACCEPT, article=9)
    ask, rules, wire = work.ask, work.rules, work.wire
    days, consent = _kept(work)
    said, delivers = _streamed(work), work.delivers
    item = Exchange(
        request=ask.request,
        at=ask.at,
        route=ask.route,
        stream=work.stream,
        service=rules.service,
        person=caller.person,
        key=caller.key,
        model=work.model,
        policy=rules.policy,
        agreement=caller.agreement,
        incoming=work.incoming,
        outgoing=work.outgoing,
        label=Label(ask.produce_id, work.place, implicit=wire.in_words or delivers),
        usage=work.usage,
        finish=work.finish,
        retention_days=days,
        input=wire.given(work),
        output=_encode(_delivered(work, said)),
        findings=tuple(work.findings),
        source=work.source,
        media=tuple([one.medium for one in work.made if one.medium is not None]),
        pictures=tuple(work.seen),
        carried=tuple(work.carried),
        job=work.job,
        terms=_terms(work),
        waived=work.waived if delivers else None,
        training=caller.consents.get("training", 0),
        companion=work.companion,
        sensitive=consent,
        parts=_parts(work, said) if days else (),
    )
    return (Record(item),)


@enforces("separate-consents")
def _kept(work: Work) -> tuple[int, int]:
    """For how many days content is kept, and by the number of which consent; 0: by none.

    It is kept as the policy says, and with a companion as the person says.

    Without the consent to sensitive information nothing that was said to a companion is kept but
    what was stopped, is to be looked at, or told of danger: people decide about that, and hear
    appeals.
    """
    days, companion = work.rules.retention_days, work.rules.companion
    if not work.companion or companion is None:
        return days, 0
    if work.danger or _is_looked_at(work):
        return days, 0
    consent = known(work).consents.get("sensitive", 0)
    if consent:
        return days, consent
    return (days if companion.rules.keeps else 0), 0


def _is_looked_at(work: Work) -> bool:
    verdicts = {work.incoming.verdict, work.outgoing.verdict}
    return work.finish == "content_filter" or bool(verdicts & _FOR_PEOPLE)


_FOR_PEOPLE = frozenset({"review", "refuse", "block"})


_Said = dict[int, dict[str, str]]


def _streamed(work: Work) -> _Said:
    """What a stream has delivered, by choice and channel; put together once for all who ask."""
    if work.relay is None:
        return {}
    return {index: choice.texts() for index, choice in work.relay.choices.items()}


def _parts(work: Work, said: _Said) -> tuple[Part, ...]:
    """By what is found again what left; of a stream it is known only now."""
    for index, texts in said.items():
        digest = work.rules.same.of_text(spoken(texts))
        if digest is not None:
            work.parts.append(Part(str(index), digest))
    return tuple(work.parts)


def _terms(work: Work) -> tuple[tuple[str, str], ...]:
    """The exact terms in what the person has just said by which the policy lets it be found."""
    wanted = work.rules.searched
    return terms(last_message(work.body), wanted) if wanted else ()


def _delivered(work: Work, said: _Said) -> dict[str, Any]:
    """What left, and apart from it what was withheld, so that an appeal can be decided."""
    relay, wire = work.relay, work.wire
    shown: Any
    if relay is not None:
        shown = {
            str(index): {
                **said[index],
                **({"tool_calls": len(choice.calls)} if choice.calls_delivered else {}),
            }
            for index, choice in relay.choices.items()
        }
    else:
        shown = _media(work) if wire.makes else wire.kept(work.answer)
    kept: dict[str, Any] = {"delivered": shown, "withheld": work.withheld}
    if wire is not CHAT:
        kept["wire"] = wire.name
    if relay is not None and (taken_back := withdrawn(relay.choices)):
        kept["withdrawn"] = taken_back
    return kept


def _media(work: Work) -> list[dict[str, Any]]:
    """Of pictures and sound what the record says; their bytes are known by the digest."""
    return [
        one.medium.as_facts() | ({"beside": one.beside} if one.beside else {})
        for one in work.made
        if one.medium is not None
    ]


_NOBODY = Text(zh="没有可以记录的人。", en="There is nobody to record this for.")
_ACCEPT = Text(zh="请先接受服务协议。", en="Accept the service agreement first.")
