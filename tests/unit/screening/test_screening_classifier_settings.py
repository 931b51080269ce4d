# SPDX-License-Identifier: Apache-2.0
"""The shipped classifier is learned as the protocol chose, and not otherwise."""

from __future__ import annotations

import json

from tools.choose_settings import BITS, RARITIES, RESULT, STRENGTHS, Tried, chosen

from guiju.screening.classifier import Settings, shipped


def test_the_defaults_are_what_the_protocol_chooses_from_what_was_tried() -> None:
    """Every candidate was tried and no other; the artefact was learned with the same settings."""
    kept = json.loads(RESULT.read_text("utf-8"))
    tried = [Tried(**one) for one in kept["tried"]]
    assert (
        len(tried) == len({one[:3] for one in tried}) == len(BITS) * len(STRENGTHS) * len(RARITIES)
    )
    found = chosen(tried, kept["dev_texts"])
    settings = Settings()
    assert found[:3] == (settings.bits, settings.strength, settings.rarity)
    assert found == Tried(**kept["chosen"])
    assert shipped().about["settings"] == settings._asdict()


def test_who_is_near_the_best_is_chosen_by_topics_not_seen() -> None:
    """Equals go to the smaller table, then to the stronger pull; a good deal worse is out."""
    best = Tried(20, 1.0, 0.0, 0.9, 0.7)
    near = Tried(20, 2.0, 0.0, 0.895, 0.8)
    far = Tried(20, 2.0, 1.0, 0.8, 0.9)
    assert chosen([best, near, far], 1_000) == near
    smaller = near._replace(bits=18)
    weaker = smaller._replace(strength=4.0)
    assert chosen([best, near, weaker, smaller], 1_000) == smaller
