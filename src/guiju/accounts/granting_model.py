# SPDX-License-Identifier: Apache-2.0
"""Roles that were asked for on behalf of somebody (separation of duties)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guiju.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """The whole set that `staff` is to hold. `state`: asked, approved or refused."""

    id: str
    staff: str
    roles: tuple[Role, ...]
    reason: str
    state: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
