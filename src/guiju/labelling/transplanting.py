# SPDX-License-Identifier: Apache-2.0
"""Takes the implicit label over into a file that was made from another one (Article 12)."""

from __future__ import annotations

from guiju.labelling.containers import container_of


def with_labels_of(old: bytes, new: bytes) -> bytes:
    """`new`, a file of the same format, with the label of `old` if it lost that on the way.

    Raises:
        Invalid, StopsError: as the writer of the format.
    """
    container = container_of(new)
    if container is None:
        return new
    before, after = container.read(old).found, container.read(new).found
    lost = bool(before) and not after
    return container.write(new, before[0].text) if lost else new
