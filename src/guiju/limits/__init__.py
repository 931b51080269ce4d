# SPDX-License-Identifier: Apache-2.0
"""How much may be used, by whom and by all: one count for all workers (Article 13).

`Meter` is what an authority keeps of one subject, `Share` what a worker has in hand of it; both are
pure. What an authority in memory holds is a `Book`; with PostgreSQL the rows are the authority.
"""

from guiju.limits.book import Book
from guiju.limits.meter import Meter
from guiju.limits.model import (
    EMPTY,
    ENDLESS,
    FREE,
    LIFE_SECONDS,
    LONG_LIFE_SECONDS,
    MEASURES,
    SERVICE,
    WINDOW_SECONDS,
    Grant,
    Hand,
    Limits,
    Moment,
    Plan,
    Timeline,
    Turn,
    moment,
)
from guiju.limits.service import Use, forget, kept, load, not_kept, packed, save, take_turns, used
from guiju.limits.share import Share

__all__ = [
    "EMPTY",
    "ENDLESS",
    "FREE",
    "LIFE_SECONDS",
    "LONG_LIFE_SECONDS",
    "MEASURES",
    "SERVICE",
    "WINDOW_SECONDS",
    "Book",
    "Grant",
    "Hand",
    "Limits",
    "Meter",
    "Moment",
    "Plan",
    "Share",
    "Timeline",
    "Turn",
    "Use",
    "forget",
    "kept",
    "load",
    "moment",
    "not_kept",
    "packed",
    "save",
    "take_turns",
    "used",
]
