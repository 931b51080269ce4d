# SPDX-License-Identifier: Apache-2.0
"""Which personal data there are: every column has a class, every class a purpose and a ground.

Nothing is collected that nobody said what for (Article 11). Pure; a policy may say purposes and
grounds in the provider's own words.
"""

from guiju.inventory.model import (
    BASES,
    SEARCHABLE,
    DataClass,
    Field,
    as_shipped,
    class_named,
    classes,
    faults,
    fields,
    fields_of,
    register_digest,
)

__all__ = [
    "BASES",
    "SEARCHABLE",
    "DataClass",
    "Field",
    "as_shipped",
    "class_named",
    "classes",
    "faults",
    "fields",
    "fields_of",
    "register_digest",
]
