# SPDX-License-Identifier: Apache-2.0
"""Getting back into an account: codes of one's own, or what two members of staff allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What staff ask for an owner. `state`: asked, approved, used, refused (the owner may)."""

    id: str
    owner: str
    state: str
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
