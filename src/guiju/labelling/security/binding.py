# SPDX-License-Identifier: Apache-2.0
"""What ties a label to its content: the digest of the file as it would be with another label.

The label itself holds the signature over the digest, so the digest must not depend on it. Every
writer leaves all bytes alone but the label's own: with one and the same label, longer than any
signed one, files that differ only in their labels become equal.
"""

from __future__ import annotations

from guiju.kernel import Invalid
from guiju.labelling.containers import Container
from guiju.labelling.containers.walking import StopsError
from guiju.labelling.model import AigcLabel
from guiju.labelling.security.data import SELECTION, Binding
from guiju.labelling.security.sm2 import sm3

CANONICAL = AigcLabel("1", "canonical", "canonical", reserved_code1="0" * 4096)
"""The label of `SELECTION`."""


def binding_of(container: Container, data: bytes) -> Binding | None:
    """The binding of a file's content; None where a label cannot be put into it."""
    try:
        made = container.write(data, CANONICAL.to_json())
    except (Invalid, StopsError):
        return None
    return Binding(sm3(made).hex().upper(), SELECTION)
