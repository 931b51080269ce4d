# SPDX-License-Identifier: Apache-2.0
"""The screen of a policy: its own entries, those of the lexicons it names, and urgent terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from guiju.kernel import BEIJING, Keyring, Text, Unavailable
from guiju.policies import lists, lists_store, urgent
from guiju.policies.artefacts import Artefacts
from guiju.policies.body_detectors import has_its_classifier
from guiju.policies.lists_model import LEXICONS, Prepared, altered_list, references, since
from guiju.screening import Entry, Screen, importing
from guiju.storage import Tx


def today(now: datetime) -> date:
    """The day in China, which the days of entries are."""
    return now.astimezone(BEIJING).date()


def screen_of(entries: Iterable[Entry], mark: str) -> Screen:
    """A screen of these entries whatever their days; raises Invalid for one that cannot work."""
    return Screen((importing.compile_entries(entries),), mark)


class Screens:
    """Makes screens in one process; a lexicon that two of them name is loaded once."""

    def __init__(self, folder: Path | None, keys: Keyring) -> None:
        """Keep compiled lexicons in `folder`; without one they are compiled each time."""
        self._folder = folder
        self._keys = keys
        self._held: dict[str, importing.Compiled] = {}
        self._base: tuple[str, date, Screen] | None = None

    def of(self, tx: Tx, body: Mapping[str, Any], mark: str) -> Screen:
        """The screen of a policy's whole body on the day of the transaction, and of urgent terms.

        Raises:
            Unavailable: `lexicon-altered`, when the words it names are not as they were approved;
                `classifier-other`, when the classifier it names is another than ours.
        """
        if not has_its_classifier(body["screening"]):
            raise _other_classifier()
        base = self._base_of(tx, body, mark)
        added = urgent.entries(tx)
        return base.with_entries(added) if added else base

    def _base_of(self, tx: Tx, body: Mapping[str, Any], mark: str) -> Screen:
        """The screen without urgent terms; kept, so that one of these compiles only itself."""
        day = today(tx.now)
        if self._base is not None and self._base[:2] == (mark, day):
            return self._base[2]
        held = {}
        for one in references(body):
            made = self._edition(tx, one.digest, day)
            held[made.name] = self._held.get(made.name) or self._compiled(made, _source(tx, made))
        self._held = held
        screen = Screen.load(body["screening"], mark, tuple(held.values()), on=day)
        self._base = (mark, day, screen)
        return screen

    def prepare(
        self, prepared: Prepared, now: datetime, source: Callable[[], Iterable[Entry]]
    ) -> None:
        """Compile a lexicon before it is in force; raises Invalid for an entry that cannot work."""
        self._compiled(_Edition(prepared.digest, since(prepared.days, today(now))), source)

    def _edition(self, tx: Tx, digest: str, day: date) -> _Edition:
        head = lists_store.find(tx, LEXICONS, digest)
        if head is None:
            raise altered_list(LEXICONS, digest)
        return _Edition(digest, since(head.days, day))

    def _compiled(
        self, made: _Edition, source: Callable[[], Iterable[Entry]]
    ) -> importing.Compiled:
        return Artefacts(self._folder, self._keys, _Format(made.since)).get(made.name, source)


class _Edition(NamedTuple):
    """A lexicon with the entries that count since a day, or always."""

    digest: str
    since: date | None

    @property
    def name(self) -> str:
        return self.digest if self.since is None else f"{self.digest}-{self.since.isoformat()}"


class _Format:
    """Screening's own form of a lexicon, for the entries that count on a day."""

    def __init__(self, on: date | None) -> None:
        self._on = on

    def compile(self, entries: Iterable[Entry]) -> importing.Compiled:
        return importing.compile_entries(entries, on=self._on)

    def dump(self, compiled: importing.Compiled) -> bytes:
        return compiled.dump()

    def load(self, data: bytes) -> importing.Compiled:
        return importing.Compiled.load(data)


def _other_classifier() -> Unavailable:
    return Unavailable(
        "classifier-other",
        Text(
            zh="规则指定的分类器与本程序所带的不同。",
            en="The policy was approved with another classifier than the one installed here.",
        ),
        Text(
            zh="请按新分类器重新测试，再提出新版规则。",
            en="Try the policy with this one and propose a new version.",
        ),
        article=4,
    )


def _source(tx: Tx, made: _Edition) -> Callable[[], Iterable[Entry]]:
    return lambda: importing.entries_of(lists.lines(tx, LEXICONS, made.digest))
