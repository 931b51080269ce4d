# SPDX-License-Identifier: Apache-2.0
"""The forecast of a lexicon at the command line: rules and counts, words only when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from guiju.policies.lexicon_reading import benign_texts
from guiju.policies.screens import screen_of
from guiju.screening import Entry, Screen, importing

_MOST_SHOWN = 20


class Outlook:
    """What the entries of a lexicon hit in harmless texts, and which of them hit too much."""

    def __init__(
        self,
        found: importing.Gathered,
        benign: Path,
        most: float,
        *,
        show: bool = False,
        hear: int | None = None,
    ) -> None:
        """Judge every text of `benign`; `show` words, `hear` short ones of so many syllables."""
        self._found, self._show = found, show
        self._forecast = importing.forecast(screen_of(found.entries(), ""), benign_texts(benign))
        self.noisy = self._forecast.noisy(most)
        self._hearing = None
        if hear is not None:
            texts = benign_texts(benign)
            self._hearing = importing.hearing(found, texts, _compiled, least=hear, most=most)
        self._terms = importing.terms_of(found, self._forecast.noises) if show else {}

    def quiet(self) -> importing.Gathered:
        """The lexicon without its noisy entries; short ones are heard, if that was asked."""
        quiet = importing.without(self._found, self.noisy)
        return quiet if self._hearing is None else importing.heard(quiet, self._hearing.quiet)

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
            "hearing": None if self._hearing is None else _plain(self._hearing),
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
        if (heard := self._hearing) is not None:
            yield (
                f"by sound: {len(heard.quiet)} of {heard.short} short entries may be heard, for"
                f" about {heard.rate:.2f} false hits per million together; {heard.characters}"
                f" characters show at best that one hits less than {heard.shown:.1f} times in a"
                " million"
            )

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


def _compiled(entries: Iterable[Entry]) -> Screen:
    return screen_of(entries, "")


def _plain(one: importing.Hearing) -> dict[str, Any]:
    return {
        "short": one.short,
        "may_be_heard": sorted(one.quiet),
        "per_million": round(one.rate, 3),
        "shown": round(one.shown, 3),
    }
