# SPDX-License-Identifier: Apache-2.0
"""Where each file format keeps the implicit label: bounded readers and editors (Article 12).

One file for each format, each ending in one `Container`, which `registry.CONTAINERS` lists. Shared:
`walking` (bytes that may lie), `xmp`, `exif` and `ifd`, `loose` (labels where no guide puts them),
`errors`. Whether a label may be written, and reading it back, is `labelling.marking`'s.
"""

from guiju.labelling.containers.model import Container, Contents, Found, Medium, Unread
from guiju.labelling.containers.registry import CONTAINERS, container_of, named_otherwise

__all__ = [
    "CONTAINERS",
    "Container",
    "Contents",
    "Found",
    "Medium",
    "Unread",
    "container_of",
    "named_otherwise",
]
