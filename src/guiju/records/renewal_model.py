# SPDX-License-Identifier: Apache-2.0
"""Another key for one person: two people decide, software seals again and destroys the old one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guiju.kernel import Text


class RenewalState(StrEnum):
    """Where a renewal stands."""

    ASKED = "asked"
    UNDER_WAY = "under-way"
    DONE = "done"
    REFUSED = "refused"
    ERASED = "erased"
    """The person was erased meanwhile: there is no key any more."""

    @property
    def text(self) -> Text:
        """Its name."""
        return _STATES[self]


_STATES = {
    RenewalState.ASKED: Text(zh="待另一人同意", en="waits for another person"),
    RenewalState.UNDER_WAY: Text(zh="正在重新封存", en="being sealed again"),
    RenewalState.DONE: Text(zh="已更换，旧密钥已销毁", en="renewed, the old key is destroyed"),
    RenewalState.REFUSED: Text(zh="未同意", en="refused"),
    RenewalState.ERASED: Text(zh="本人已被抹除", en="the person was erased"),
}


@dataclass(frozen=True, slots=True)
class Renewal:
    """One renewal. `again`: rows sealed anew so far; `broken`: seals that no key has opened."""

    id: str
    subject: str
    state: RenewalState
    reason: str
    asked_by: str
    asked_at: datetime
    second: str | None = None
    begun_at: datetime | None = None
    settles_at: datetime | None = None
    again: int = 0
    broken: int = 0
    ended_at: datetime | None = None
