# SPDX-License-Identifier: Apache-2.0
"""Signatures in labels: written, read and examined (Article 12; TC260-PG-202511A).

What belongs to the content is in `binding`, which needs the file formats.
"""

from guiju.labelling.security.data import Binding, SecurityData, Slot, unbound, written
from guiju.labelling.security.examining import Standing, Trust, examine
from guiju.labelling.security.keys import (
    Pair,
    Pinned,
    new_pair,
    pair_from,
    pem_body,
    public_from,
    public_text,
    read_pair,
    read_pinned,
    write_pair,
)

__all__ = [
    "Binding",
    "Pair",
    "Pinned",
    "SecurityData",
    "Slot",
    "Standing",
    "Trust",
    "examine",
    "new_pair",
    "pair_from",
    "pem_body",
    "public_from",
    "public_text",
    "read_pair",
    "read_pinned",
    "unbound",
    "write_pair",
    "written",
]
