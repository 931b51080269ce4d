# SPDX-License-Identifier: Apache-2.0
"""What every command about policies needs: the compiled lexicons, a version, its head."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click

from guiju.desk import desk_of
from guiju.kernel import isoformat
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
        return service.in_force(tx) if policy is None else service.get(tx, policy)


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
