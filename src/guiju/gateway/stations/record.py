# SPDX-License-Identifier: Apache-2.0
"""Record: what was asked, answered and judged, durable before the answer counts (Article 11)."""

from __future__ import annotations

from typing import Any

import msgspec

from guiju.gateway.account import withdrawn
from guiju.gateway.signals import Command, Record
from guiju.gateway.stations.identify import known
from guiju.gateway.wires import CHAT
from guiju.gateway.work import Work
from guiju.kernel import Refused, Text
from guiju.records import Exchange, Label

_encode = msgspec.json.Encoder().encode


def record(work: Work) -> tuple[Command, ...]:
    """Ask for the record to be made durable; `reply` waits for it."""
    caller = known(work)
    if caller.person is None or caller.agreement is None:
        raise Refused("agreement-not-accepted", _NOBODY, _ACCEPT, article=9)
    item = Exchange(
        request=work.ask.request,
        at=work.ask.at,
        route=work.ask.route,
        stream=work.stream,
        service=work.rules.service,
        person=caller.person,
        key=caller.key,
        model=work.model,
        policy=work.rules.policy,
        agreement=caller.agreement,
        incoming=work.incoming,
        outgoing=work.outgoing,
        label=Label(work.ask.produce_id, work.place, implicit=work.wire.in_words or work.delivers),
        usage=work.usage,
        finish=work.finish,
        retention_days=work.rules.retention_days,
        input=work.wire.given(work),
        output=_encode(_delivered(work)),
        findings=tuple(work.findings),
        source=work.source,
        media=tuple([one.medium for one in work.made if one.medium is not None]),
        pictures=tuple(work.seen),
        carried=tuple(work.carried),
        job=work.job,
        waived=work.waived if work.delivers else None,
        training=caller.consents.get("training", 0),
    )
    return (Record(item),)


def _delivered(work: Work) -> dict[str, Any]:
    """What left, and apart from it what was withheld, so that an appeal can be decided."""
    shown: Any = _media(work) if work.wire.makes else work.wire.kept(work.answer)
    if work.relay is not None:
        shown = {
            str(index): {
                **{name: choice.text(name) for name in choice.channels},
                **({"tool_calls": len(choice.calls)} if choice.calls_delivered else {}),
            }
            for index, choice in work.relay.choices.items()
        }
    kept: dict[str, Any] = {"delivered": shown, "withheld": work.withheld}
    if work.wire is not CHAT:
        kept["wire"] = work.wire.name
    taken_back = {} if work.relay is None else withdrawn(work.relay.choices)
    return kept | {"withdrawn": taken_back} if taken_back else kept


def _media(work: Work) -> list[dict[str, Any]]:
    """Of pictures and sound what the record says; their bytes are known by the digest."""
    return [
        one.medium.as_facts() | ({"beside": one.beside} if one.beside else {})
        for one in work.made
        if one.medium is not None
    ]


_NOBODY = Text(zh="没有可以记录的人。", en="There is nobody to record this for.")
_ACCEPT = Text(zh="请先接受服务协议。", en="Accept the service agreement first.")
