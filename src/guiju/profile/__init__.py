# SPDX-License-Identifier: Apache-2.0
"""Who provides what to whom: the statement that Article 10 asks for, version by version.

One person proposes a version, another approves it. From the one in force come the public page, the
notice of the API's documentation, the annex of the agreement and the papers of a filing; what was
filed is held against what runs. It also holds what the AI label needs of the provider (Article 12):
the credit code and the provider's own code of the model or app; and the tier, by which the policy
screens and reviews (Article 16).
"""

from guiju.profile.filing import Compared, Filed, Mark, compare, filed, mark_filed, put_on_record
from guiju.profile.model import Proposal, Published, Statement, VersionState
from guiju.profile.offering import Modality
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
from guiju.profile.running import LookAround, Running
from guiju.profile.saying import Said, particulars
from guiju.profile.scope import Tier, Use
from guiju.profile.service import (
    approve,
    confirm,
    current,
    get,
    history,
    install,
    listed,
    permits_ending,
    producer_code,
    propose,
    reject,
)

__all__ = [
    "AudienceKind",
    "Compared",
    "ComplaintWay",
    "Filed",
    "Filing",
    "FilingKind",
    "LookAround",
    "Mark",
    "Modality",
    "ModelBehind",
    "Origin",
    "Proposal",
    "Published",
    "Running",
    "Said",
    "Statement",
    "Tier",
    "Use",
    "VersionState",
    "WayKind",
    "approve",
    "compare",
    "confirm",
    "current",
    "demo_statement",
    "filed",
    "get",
    "history",
    "install",
    "listed",
    "mark_filed",
    "particulars",
    "permits_ending",
    "producer_code",
    "propose",
    "put_on_record",
    "read_file",
    "reject",
]
