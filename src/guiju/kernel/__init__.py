# SPDX-License-Identifier: Apache-2.0
"""The words every room uses: ids, time, canonical bytes, errors, actors, events, forms, sealing.

Pure: no database, no HTTP, no event loop. Nothing here knows an article of the Measures.
"""

from guiju.kernel.actor import Actor, ActorKind, software
from guiju.kernel.canonical import RowForm, Statement, canonical, digest, parse, part
from guiju.kernel.clock import (
    BEIJING,
    Clock,
    FixedClock,
    SystemClock,
    from_micros,
    isoformat,
    micros,
    monotonic,
)
from guiju.kernel.errors import (
    Conflict,
    GuijuError,
    Invalid,
    NotFound,
    Refused,
    Unavailable,
)
from guiju.kernel.events import (
    AgreementAccepted,
    Bus,
    ConsentWithdrawn,
    Event,
    PartsChanged,
    PolicyActivated,
    StandingChanged,
)
from guiju.kernel.form import Form
from guiju.kernel.giving_way import give_way
from guiju.kernel.ids import (
    first_id,
    ids_of,
    new_id,
    new_uuid,
    secret_token,
    time_of,
    uuid_of,
)
from guiju.kernel.language import choose_language
from guiju.kernel.mac import Mac
from guiju.kernel.master import (
    KeyWrapper,
    LocalMasterKey,
    MasterKeys,
    master_of,
    wrong_master_key,
)
from guiju.kernel.reading import read_table
from guiju.kernel.sealing import Keyring, Sealer, seal, unseal
from guiju.kernel.telling import error_body
from guiju.kernel.text import Language, Text

__all__ = [
    "BEIJING",
    "Actor",
    "ActorKind",
    "AgreementAccepted",
    "Bus",
    "Clock",
    "Conflict",
    "ConsentWithdrawn",
    "Event",
    "FixedClock",
    "Form",
    "GuijuError",
    "Invalid",
    "KeyWrapper",
    "Keyring",
    "Language",
    "LocalMasterKey",
    "Mac",
    "MasterKeys",
    "NotFound",
    "PartsChanged",
    "PolicyActivated",
    "Refused",
    "RowForm",
    "Sealer",
    "StandingChanged",
    "Statement",
    "SystemClock",
    "Text",
    "Unavailable",
    "canonical",
    "choose_language",
    "digest",
    "error_body",
    "first_id",
    "from_micros",
    "give_way",
    "ids_of",
    "isoformat",
    "master_of",
    "micros",
    "monotonic",
    "new_id",
    "new_uuid",
    "parse",
    "part",
    "read_table",
    "seal",
    "secret_token",
    "software",
    "time_of",
    "unseal",
    "uuid_of",
    "wrong_master_key",
]
