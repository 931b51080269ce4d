# SPDX-License-Identifier: Apache-2.0
"""Content credentials (C2PA) beside the label of the standard, as the EU asks for (AI Act, 50).

Needs the extra `eu` (c2pa-python). Without it nothing is signed, and of a manifest that is there is
said that nobody has looked at it.
"""

from guiju.labelling.provenance.credential import (
    Credential,
    credential_from,
    expires,
    read_anchors,
    read_credential,
)
from guiju.labelling.provenance.examining import Provenance, State, provenance_of
from guiju.labelling.provenance.signing import can_sign, with_manifest

__all__ = [
    "Credential",
    "Provenance",
    "State",
    "can_sign",
    "credential_from",
    "expires",
    "provenance_of",
    "read_anchors",
    "read_credential",
    "with_manifest",
]
