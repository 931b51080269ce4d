# SPDX-License-Identifier: Apache-2.0
"""The forecast of a lexicon at the command line: rules and counts, words only when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from guiju.policies.lexicon_reading import benign_texts
from guiju.policies.screens import screen_of
from guiju.screening import importing

_MOST_SHOWN = 20


class Outlook:
    """What the entries of a lexicon hit in harmless texts, and which of them hit too much."""

    def __init__(self, found: importing.Gathered, benign: Path, most: float, *, show: bool) -> None:
        """Judge every text of `benign`; with `show` the words are known too."""
        self._found, self._show = found, show
        self._forecast = importing.forecast(screen_of(found.entries(), ""), benign_texts(benign))
        self.noisy = self._forecast.noisy(most)
        self._terms = importing.terms_of(found, self._forecast.noises) if show else {}

    def quiet(self) -> importing.Gathered:
        """The lexicon without its noisy entries."""
        return importing.without(self._found, self.noisy)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        noisy = {one.rule for one in self.noisy}
        found = self._forecast
        return {
            "texts": found.texts,
            "characters": found.characters,
            "hits": found.hits,
            "per_million": round(found.rate, 3),
            "entries": [self._noise(one, noisy) for one in found.noises],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        found = self._forecast
        yield (
            f"forecast: {found.hits} false hits in {found.characters} characters of {found.texts}"
            f" texts, {found.rate:.2f} per million; {len(self.noisy)} entries are too noisy"
        )
        for one in found.noises[:_MOST_SHOWN]:
            shown = [self._terms.get(one.rule, ""), *one.examples] if self._show else []
            yield f"  {one.rule}  {one.hits} hits, {one.rate:.2f} per million  {'  '.join(shown)}"

    def _noise(self, one: importing.Noise, noisy: set[str]) -> dict[str, Any]:
        said = {
            "rule": one.rule,
            "hits": one.hits,
            "per_million": round(one.rate, 3),
            "too_noisy": one.rule in noisy,
        }
        if self._show:
            said |= {"term": self._terms.get(one.rule), "examples": list(one.examples)}
        return said
