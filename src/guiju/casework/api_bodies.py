# SPDX-License-Identifier: Apache-2.0
"""What programs send to `/api/cases`: bodies, and what stands in addresses and headers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Path
from pydantic import BaseModel, ConfigDict, Field

_LONGEST = 20_000


class VersionIn(BaseModel):
    """Which version of the case was seen."""

    version: int = Field(ge=1, description="`version` of the case as it was read.")


class StepIn(VersionIn):
    """A step of the table of the kind, with what it takes: `takes` of the step in the case says."""

    model_config = ConfigDict(extra="allow")

    reason: str = Field(default="", max_length=_LONGEST, description="For colleagues; sealed.")
    facts: str = Field(default="", max_length=_LONGEST, description="For the person; sealed.")
    outcome: str = Field(default="", max_length=80, description="Where a decision has several.")
    grounds: list[str] = Field(
        default_factory=list, max_length=20, description="References such as order15:14.2."
    )
    clause: str = Field(default="", max_length=80, description="service-agreement@1:10, or none.")


class NoteIn(VersionIn):
    """A note on a case."""

    words: str = Field(max_length=_LONGEST)
    outward: bool = Field(default=False, description="The person reads it too.")


class AskIn(VersionIn):
    """A step for which another person's approval is asked."""

    verb: str = Field(max_length=80)


class AnswerIn(VersionIn):
    """Yes or no to a colleague."""

    yes: bool


class QueueIn(BaseModel):
    """From which queue to take."""

    queue: str = Field(max_length=80)


class ReasonIn(BaseModel):
    """Why the words of a case are read; it goes on record."""

    reason: str = Field(max_length=500)


Token = Annotated[str, Header(alias="authorization")]
Number = Annotated[
    str, Path(pattern=r"^[A-Z]{2,3}-[0-9]{6}-[0-9A-Z]{4}-[0-9A-Z]{4}$", description="Its number.")
]
Verb = Annotated[str, Path(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]
ApprovalId = Annotated[str, Path(pattern=r"^apr_[0-9a-z]+$", max_length=40)]
