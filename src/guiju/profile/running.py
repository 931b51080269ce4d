# SPDX-License-Identifier: Apache-2.0
"""What runs now, as it can be held against what the statement says and what was filed.

`app` gathers it, for the rooms that know do not know this one: the policy names models and label
words, the gateway has routes, stops close some of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from guiju.profile.offering import Modality
from guiju.storage import Tx


@dataclass(frozen=True, slots=True)
class Running:
    """`models` is None where the policy names none and the upstream says which there are.

    `routes` are those that are open, by name, with the kind of content each makes, None for one
    that makes none. `labels` are the words and places of labels, by modality.
    """

    models: tuple[str, ...] | None
    routes: Mapping[str, Modality | None]
    labels: Mapping[str, str]

    @property
    def modalities(self) -> frozenset[Modality]:
        """The kinds of content that open routes make."""
        return frozenset(one for one in self.routes.values() if one is not None)

    def to_mapping(self) -> dict[str, Any]:
        """Plain values, to be kept with a mark."""
        return {
            "models": None if self.models is None else list(self.models),
            "routes": {
                name: None if kind is None else kind.value for name, kind in self.routes.items()
            },
            "labels": dict(self.labels),
        }

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any]) -> Running:
        """Read what `to_mapping` gave."""
        models = kept["models"]
        return cls(
            models=None if models is None else tuple(models),
            routes={
                name: None if kind is None else Modality(kind)
                for name, kind in kept["routes"].items()
            },
            labels=dict(kept["labels"]),
        )


LookAround = Callable[[Tx], Running]
