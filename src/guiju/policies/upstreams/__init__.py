# SPDX-License-Identifier: Apache-2.0
"""Which model answers under which name: a part of the policy, so two people decide (Article 4).

`[upstreams.NAME]` says where a model service is and how it is asked; `[models."NAME"]` says what
people may ask for, who answers, and what happens when nobody does.
"""

from guiju.policies.upstreams.config import (
    BEARER,
    NO_PROBE,
    MemberConfig,
    ModelConfig,
    ModelsConfig,
    UpstreamConfig,
)
from guiju.policies.upstreams.reading import MODEL_NAME, models_of, read_models
from guiju.policies.upstreams.saying import models_said, upstreams_said
from guiju.policies.upstreams.writing import as_tables

__all__ = [
    "BEARER",
    "MODEL_NAME",
    "NO_PROBE",
    "MemberConfig",
    "ModelConfig",
    "ModelsConfig",
    "UpstreamConfig",
    "as_tables",
    "models_of",
    "models_said",
    "read_models",
    "upstreams_said",
]
