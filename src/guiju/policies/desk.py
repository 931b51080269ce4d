# SPDX-License-Identifier: Apache-2.0
"""What every command about policies needs: the compiled lexicons, a version, its head."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click

from guiju.desk import desk_of
from guiju.kernel import NotFound, Text, isoformat
from guiju.policies import service
from guiju.policies.model import Policy, PolicyHead
from guiju.policies.screens import Screens


@runtime_checkable
class LexiconDesk(Protocol):
    """What a desk also has that keeps compiled lexicons from one command to the next."""

    @property
    def lexicons(self) -> Path:
        """The folder of compiled lexicons."""
        ...


def screens_of(context: click.Context) -> Screens:
    """What makes screens of whole policies, with the folder of compiled lexicons if any."""
    folder = context.obj.lexicons if isinstance(context.obj, LexiconDesk) else None
    return Screens(folder, desk_of(context).database.keys)


def chosen(context: click.Context, policy: str | None) -> Policy:
    """Version `policy`, or the one in force; raises NotFound."""
    with desk_of(context).database.read() as tx:
        found = service.active(tx) if policy is None else service.get(tx, policy)
    if found is None:
        raise NotFound(
            "policy-none-active",
            Text(zh="尚无生效的规则。", en="No policy is in force yet."),
            Text(zh="请先提出并批准一版。", en="Propose one and let another person approve it."),
        )
    return found


def head_of(one: PolicyHead) -> dict[str, Any]:
    """A version without its body, for JSON."""
    return {
        "id": one.id,
        "version": one.version,
        "state": one.state.value,
        "digest": one.digest,
        "note": one.note,
        "proposer": one.proposer,
        "proposed_at": isoformat(one.proposed_at),
        "decider": one.decider,
        "decided_at": None if one.decided_at is None else isoformat(one.decided_at),
        "reason": one.reason,
    }
