# SPDX-License-Identifier: Apache-2.0
"""Who provides what to whom: the public statement that Article 10 asks for, version by version.

It also holds what the AI label needs of the provider (Article 12): the credit code and the
provider's own code of the model or app.
"""

from guiju.profile.model import Published, Statement
from guiju.profile.parts import (
    AudienceKind,
    ComplaintWay,
    Filing,
    FilingKind,
    ModelBehind,
    Origin,
    WayKind,
)
from guiju.profile.reading import demo_statement, read_file
from guiju.profile.service import current, history, producer_code, publish_statement

__all__ = [
    "AudienceKind",
    "ComplaintWay",
    "Filing",
    "FilingKind",
    "ModelBehind",
    "Origin",
    "Published",
    "Statement",
    "WayKind",
    "current",
    "demo_statement",
    "history",
    "producer_code",
    "publish_statement",
    "read_file",
]
