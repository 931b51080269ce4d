# SPDX-License-Identifier: Apache-2.0
"""Where else the same content was delivered, for who withdraws it (Article 14).

Found by digests (`sameness`), which say neither what was said nor to whom it went.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from guiju.kernel import Actor
from guiju.records import media, sameness_store, service
from guiju.records.sameness import SAME_CONTENT, Sameness, spoken
from guiju.storage import Tx

_PURPOSE = "content-match"
_GAP = "\n\n"


class SamePart(NamedTuple):
    """A piece of content of somebody: where it was delivered, and to whom, by pseudonym."""

    request: str
    place: str
    person: str


def sameness(tx: Tx) -> Sameness:
    """The digests of this installation."""
    return Sameness(tx.keys.service_key(SAME_CONTENT))


def parts_of(tx: Tx, request: str) -> dict[str, str]:
    """The digests of what an exchange delivered, by choice and number of a file."""
    return {row.place: row.digest for row in sameness_store.of_request(tx, request)}


def same_answers(tx: Tx, digests: Sequence[str], besides: str, most: int) -> int:
    """How many other exchanges delivered one of these texts, counted up to `most`."""
    return sameness_store.count(tx, digests, besides, most)


def same_files(tx: Tx, digests: Sequence[str], produce_id: str, most: int) -> int:
    """How many other files are the same as this one, whatever label they carry; up to `most`."""
    made = media.made(tx, produce_id)
    delivered = "" if made is None else made.digest
    return sameness_store.count_files(tx, digests, delivered, produce_id, most)


def same_parts(tx: Tx, digests: Sequence[str], after: str, most: int) -> list[SamePart]:
    """The next pieces of content with one of these digests after a request, by number.

    All of a request or none of it: whoever goes on after the last one misses nothing.
    """
    rows = sameness_store.page(tx, digests, after, most)
    found = [SamePart(row.request, row.place, row.person) for row in rows]
    if len(found) == most and found[0].request != found[-1].request:
        return [one for one in found if one.request != found[-1].request]
    return found


def same_bytes(tx: Tx, produce_id: str, after: str, most: int) -> list[SamePart]:
    """The next files that were delivered with the same bytes under another number."""
    made = media.made(tx, produce_id)
    if made is None:
        return []
    rows = sameness_store.files(tx, made.digest, produce_id, after, most)
    return [SamePart(row.request, row.place, row.person) for row in rows]


def texts_of(tx: Tx, actor: Actor, request: str, reason: str) -> list[str]:
    """The texts that an exchange delivered, without labels; that software opens it is on record.

    Raises:
        Refused: `role-needed`, for anybody who is no software.
        NotFound: `content-not-kept`, or `key-destroyed` after an erasure.
    """
    _, output = service.opened_by_software(tx, actor, request, reason, _PURPOSE)
    return _without_labels(tx, request, _delivered(output))


def _delivered(output: bytes) -> dict[str, str]:
    """What was said in each choice; what is said in place of a withheld one is no content."""
    try:
        delivered = msgspec.json.decode(output).get("delivered")
    except (msgspec.DecodeError, AttributeError):
        return {}
    if not isinstance(delivered, dict):
        return {}
    if "choices" in delivered:
        return {str(one.get("index", 0)): _whole(one) for one in delivered["choices"]}
    return {
        place: spoken({name: text for name, text in each.items() if isinstance(text, str)})
        for place, each in delivered.items()
        if isinstance(each, dict)
    }


def _whole(choice: Mapping[str, Any]) -> str:
    text = (choice.get("message") or {}).get("content")
    withheld = choice.get("finish_reason") == "content_filter"
    return text if isinstance(text, str) and not withheld else ""


def _without_labels(tx: Tx, request: str, texts: Mapping[str, str]) -> list[str]:
    """Each text as it was generated: the digest that was kept of it says where the label begins."""
    from guiju.labelling import said_in  # noqa: PLC0415 - not for every command: it loads long

    same, known = sameness(tx), parts_of(tx, request)
    found = []
    for place, text in texts.items():
        if place in known:
            cut = [text, text.rpartition(_GAP)[0], text.partition(_GAP)[2]]
            found += [one for one in cut if same.of_text(one) == known[place]][:1]
        elif not known and text:
            # From before digests were kept.
            found.append(said_in(text))
    return found
