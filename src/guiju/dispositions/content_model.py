# SPDX-License-Identifier: Apache-2.0
"""What is done about content that was delivered: values (Article 14, first paragraph).

Content is never named by its words: a text by the request that it answers, a picture, sound or film
by the number in its label and the digest of its bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guiju.dispositions.model import Source


class Reach(StrEnum):
    """What the case does to the content now.

    `WITHHELD` and `REMOVED` content is not handed out; `GONE` means that the copy kept for handing
    out was destroyed too. `WITHDRAWN` is not handed out wherever the same content was delivered.
    The record of the exchange stays, sealed, as Article 14 asks.
    """

    FREE = "free"
    WITHHELD = "withheld"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    GONE = "gone"


CLOSED = (Reach.WITHHELD, Reach.REMOVED, Reach.WITHDRAWN, Reach.GONE)


@dataclass(frozen=True, slots=True)
class Content:
    """Content that a case is about.

    `case` is its id, `number` what people know it by. `produce_id` and `digest` (SHA-256 of the
    bytes as delivered) are those of a picture, sound or film; None for the text that answered
    `request`. `source` is who drew attention to it.
    """

    case: str
    number: str
    request: str
    person: str
    produce_id: str | None
    digest: str | None
    harm: str
    source: Source
    finding: str | None
    reach: Reach
    policy: str | None
    closed_at: datetime | None = None

    def as_facts(self) -> dict[str, object]:
        """The form in which evidence holds it."""
        return {
            "request": self.request,
            "produce_id": self.produce_id,
            "digest": self.digest,
            "harm": self.harm,
        }
