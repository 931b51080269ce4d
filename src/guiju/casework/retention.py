# SPDX-License-Identifier: Apache-2.0
"""For how long what closed cases hold is kept: the classes, and what keeps a case longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

CONTROLS = ("case-retention",)
CASE_EXPIRED = "case-expired"


class Retention(StrEnum):
    """Closed cases that are kept equally long; the policy says for how many days.

    `complaints`; `measures` about persons and content, appeals against them, and what put the model
    right; `incidents` with their notices and the reports to authorities.
    """

    COMPLAINTS = "complaints"
    MEASURES = "measures"
    INCIDENTS = "incidents"


@dataclass(frozen=True, slots=True)
class CaseRetention:
    """Days by class, counted from when a case was closed; a class left out is kept.

    `held`: first and last days of what people hold for longer: cases that were open then stay.
    """

    days: Mapping[Retention, int] = field(default_factory=lambda: MappingProxyType({}))
    held: Sequence[tuple[date, date]] = ()
