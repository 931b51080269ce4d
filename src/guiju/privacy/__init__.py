# SPDX-License-Identifier: Apache-2.0
"""People's requests about their information, and erasures that reach everything (Article 11, PIPL).

Access, copy, correct, complete, delete, withdraw, explain, close, and next of kin. Who asks proves
who they are as far as the request needs; a privacy officer refuses only with reasons; two people
destroy a key. The stores that are reached are those the other rooms have offered
(`guiju.storage.PersonStore`).
"""

from guiju.privacy.duty_kind import DUTY
from guiju.privacy.erasing import Eraser
from guiju.privacy.filing import WITHDRAWN
from guiju.privacy.kind import REQUEST
from guiju.privacy.packing import Packer
from guiju.privacy.probing import Probed, probe
from guiju.privacy.reminding import (
    Duty,
    consent_withdrawn,
    duties,
    duty,
    remind,
    remind_of_pools,
)
from guiju.privacy.replaying import Replay, Replayed
from guiju.privacy.search_pages import named, searchable
from guiju.privacy.stores import copies

__all__ = [
    "DUTY",
    "REQUEST",
    "WITHDRAWN",
    "Duty",
    "Eraser",
    "Packer",
    "Probed",
    "Replay",
    "Replayed",
    "consent_withdrawn",
    "copies",
    "duties",
    "duty",
    "named",
    "probe",
    "remind",
    "remind_of_pools",
    "searchable",
]
