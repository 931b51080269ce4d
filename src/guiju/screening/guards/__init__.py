# SPDX-License-Identifier: Apache-2.0
"""Questions to guard models and what their answers mean (Articles 4 and 14).

Pure: builds the request and reads the reply; whoever calls it does the asking. What cannot be read
is an error verdict, which the policy resolves, and never a pass.
"""

from guiju.screening.guards.address import address_fault
from guiju.screening.guards.asking import Request, Turn
from guiju.screening.guards.categories import UNNAMED
from guiju.screening.guards.config import GuardConfig, as_table, digest_of
from guiju.screening.guards.deciding import findings_of, not_screened, outcome_of
from guiju.screening.guards.envelope import MOST_REPLY
from guiju.screening.guards.families import FAMILIES, read, requests
from guiju.screening.guards.reading import read_guards
from guiju.screening.guards.verdict import GuardVerdict, Level, failed, worst
from guiju.screening.guards.windows import MOST_TEXT, windows

__all__ = [
    "FAMILIES",
    "MOST_REPLY",
    "MOST_TEXT",
    "UNNAMED",
    "GuardConfig",
    "GuardVerdict",
    "Level",
    "Request",
    "Turn",
    "address_fault",
    "as_table",
    "digest_of",
    "failed",
    "findings_of",
    "not_screened",
    "outcome_of",
    "read",
    "read_guards",
    "requests",
    "windows",
    "worst",
]
