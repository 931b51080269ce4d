# SPDX-License-Identifier: Apache-2.0
"""Writes, reads and checks the marks of generated content (Article 12, GB 45438-2025).

Pure, and usable as a library without the rest of the house: `mark`, `read` and `check` take a
text, the bytes of a file, or its path.
"""

from guiju.labelling.checking import check, read, said_in
from guiju.labelling.code import (
    GENERATES,
    PROPAGATES,
    ProducerCode,
    check_character,
    check_producer_code,
    check_uscc,
    producer_code,
)
from guiju.labelling.containers.xmp import telling
from guiju.labelling.explaining import (
    field_in_words,
    judgement_in_words,
    label_in_words,
    manifest_in_words,
    reason_in_words,
    trust_in_words,
    verdict_in_words,
    watermark_in_words,
)
from guiju.labelling.marking import Marked, Present, mark, propagate, signed, vouched_for
from guiju.labelling.model import AigcLabel, field_names, first_write
from guiju.labelling.profile import GENERATED, Profile
from guiju.labelling.provenance import (
    Credential,
    can_sign,
    credential_from,
    expires,
    read_anchors,
)
from guiju.labelling.reading import FoundLabel, labels_in, parse
from guiju.labelling.report import ExplicitFound, Hiding, Judgement, LabelVerdict, Reading, Report
from guiju.labelling.security import (
    Pair,
    Pinned,
    Standing,
    Trust,
    examine,
    new_pair,
    pair_from,
    pem_body,
    public_from,
    public_text,
    read_pair,
    read_pinned,
    unbound,
    write_pair,
)
from guiju.labelling.text import (
    TELLING,
    ExplicitLabel,
    MarkedText,
    Place,
    TextMarking,
    has_elements,
    language_of,
)

__all__ = [
    "GENERATED",
    "GENERATES",
    "PROPAGATES",
    "TELLING",
    "AigcLabel",
    "Credential",
    "ExplicitFound",
    "ExplicitLabel",
    "FoundLabel",
    "Hiding",
    "Judgement",
    "LabelVerdict",
    "Marked",
    "MarkedText",
    "Pair",
    "Pinned",
    "Place",
    "Present",
    "ProducerCode",
    "Profile",
    "Reading",
    "Report",
    "Standing",
    "TextMarking",
    "Trust",
    "can_sign",
    "check",
    "check_character",
    "check_producer_code",
    "check_uscc",
    "credential_from",
    "examine",
    "expires",
    "field_in_words",
    "field_names",
    "first_write",
    "has_elements",
    "judgement_in_words",
    "label_in_words",
    "labels_in",
    "language_of",
    "manifest_in_words",
    "mark",
    "new_pair",
    "pair_from",
    "parse",
    "pem_body",
    "producer_code",
    "propagate",
    "public_from",
    "public_text",
    "read",
    "read_anchors",
    "read_pair",
    "read_pinned",
    "reason_in_words",
    "said_in",
    "signed",
    "telling",
    "trust_in_words",
    "unbound",
    "verdict_in_words",
    "vouched_for",
    "watermark_in_words",
    "write_pair",
]
