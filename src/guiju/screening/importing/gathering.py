# SPDX-License-Identifier: Apache-2.0
"""Many lists become one lexicon: what folds alike stands once, and its digest means the entries.

The lines are sorted, so that the order in which they were written leaves no trace.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from guiju.kernel import Invalid, Text, canonical
from guiju.screening.entry import Entry, read_entry, write_entry
from guiju.screening.fold import fold
from guiju.screening.importing.model import Event, Manner, Passed, Rejected, Taken

MOST_ENTRIES = 2_000_000
_KEY = 16
# What does not change where an entry hits; a lexicon needs only one entry for the same hits.
_SAID = ("harm", "action", "level", "note", "source", "licence", "id")


class Duplicate(NamedTuple):
    """A line left out because an entry that hits the same stands already, or one that is stronger.

    `first` is where that one stands; `differs`: its harm or action is another.
    """

    file: str
    line: int
    first_file: str
    first_line: int
    differs: bool


class Gathered(NamedTuple):
    """The lexicon: its entries as sorted canonical lines, how files were read, and what was not."""

    lines: Sequence[bytes]
    manners: Sequence[Manner]
    counts: Counter[str]

    @property
    def digest(self) -> str:
        """SHA-256 over the lines with their ends: the name of this lexicon."""
        return digest_of(self.lines)

    def packed(self) -> bytes:
        """The lines compressed, the same bytes for the same entries."""
        return pack(self.lines)

    def entries(self) -> Iterator[Entry]:
        """The entries again."""
        return entries_of(self.lines)


class _Kept(NamedTuple):
    at: int
    file: str
    line: int
    entry_rank: int
    harm: str


def gather(
    events: Iterable[Event], report: Callable[[Rejected | Duplicate], None] = lambda _: None
) -> Gathered:
    """The lexicon of all entries among `events`; `report` hears of each line that is left out.

    Raises:
        Invalid: `lexicon-too-large`.
    """
    lines: list[bytes] = []
    kept: dict[bytes, _Kept] = {}
    manners: dict[str, Manner] = {}
    counts: Counter[str] = Counter()
    for event in events:
        if isinstance(event, Taken):
            said = _keep(event, lines, kept)
            counts["duplicates" if said else "taken"] += 1
            if said:
                report(said)
        elif isinstance(event, Rejected):
            counts["rejected"] += 1
            report(event)
        elif isinstance(event, Passed):
            counts[event.why] += 1
        else:
            manners[event.file] = event
    lines.sort()
    return Gathered(lines, tuple(manners.values()), counts)


def joined(found: Gathered, entries: Iterable[Entry]) -> Gathered:
    """The lexicon with these entries too.

    An entry that hits what another one hits may stand beside it: where both count, the more severe
    decides.
    """
    more = {canonical(write_entry(one)) + b"\n" for one in entries}
    return found._replace(lines=sorted(more.union(found.lines))) if more else found


def _keep(event: Taken, lines: list[bytes], kept: dict[bytes, _Kept]) -> Duplicate | None:
    entry, table = event.entry, write_entry(event.entry)
    key, line = _key(entry, table), canonical(table) + b"\n"
    before = kept.get(key)
    now = _Kept(
        len(lines) if before is None else before.at, *event[:2], entry.action.rank, entry.harm
    )
    if before is None:
        if len(lines) >= MOST_ENTRIES:
            raise _too_many()
        kept[key] = now
        lines.append(line)
        return None
    differs = (before.entry_rank, before.harm) != (now.entry_rank, now.harm)
    if now.entry_rank <= before.entry_rank:
        return Duplicate(event.file, event.line, before.file, before.line, differs)
    kept[key], lines[before.at] = now, line
    return Duplicate(before.file, before.line, event.file, event.line, differs)


def _key(entry: Entry, table: dict[str, Any]) -> bytes:
    """The same for entries that hit the same."""
    rest = {name: value for name, value in table.items() if name not in _SAID}
    if entry.kind != "regex":
        rest["term"] = sorted(fold(part).text for part in entry.parts)
    return hashlib.blake2b(canonical(rest), digest_size=_KEY).digest()


def digest_of(lines: Iterable[bytes]) -> str:
    """SHA-256 over lines that carry their ends."""
    hashed = hashlib.sha256()
    for line in lines:
        hashed.update(line)
    return hashed.hexdigest()


def pack(lines: Iterable[bytes]) -> bytes:
    """Lines compressed, without a name or a time, so that the same lines are the same bytes."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", compresslevel=6, fileobj=packed, mtime=0) as file:
        file.writelines(lines)
    return packed.getvalue()


def unpack(packed: bytes) -> Iterator[bytes]:
    """The lines again, one by one."""
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        yield from file


def entries_of(lines: Iterable[bytes]) -> Iterator[Entry]:
    """The entries behind canonical lines."""
    for number, line in enumerate(lines, start=1):
        yield read_entry(msgspec.json.decode(line), str(number))


def _too_many() -> Invalid:
    return Invalid(
        "lexicon-too-large",
        Text(zh=f"词条超过 {MOST_ENTRIES} 条。", en=f"There are more than {MOST_ENTRIES} entries."),
        Text(zh="请分成几部词表。", en="Split it into several lexicons."),
        article=4,
    )
