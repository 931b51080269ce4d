# SPDX-License-Identifier: Apache-2.0
"""What staff open of a complaint: words and files, for a reason that goes on record each time.

`panels`, `uncover` and `picture` lay it beside the case, covered, on the desk of reviewers.
"""

from __future__ import annotations

from collections.abc import Sequence

from guiju import records
from guiju.casework import Case, Panel, Passage, Picture, Row, Sheet, no_such_panel
from guiju.complaints import sealing, service, store
from guiju.complaints.model import FileHead, Given
from guiju.kernel import Actor, Text
from guiju.storage import Tx

TYPES = {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
WORDS = "words"
_SAID = Text(zh="投诉内容", en="What was said")
_ABOUT = Text(zh="关于", en="About")
_CONTACT = Text(zh="联系方式", en="Contact")
_AUTHORITY = Text(zh="转办单位", en="Authority")
_FILE = Text(zh="附件", en="Attachment")


def open_words(tx: Tx, actor: Actor, case: Case, reason: str) -> Given:
    """The words of the complainant, for who handles complaints.

    Raises:
        Refused: `role-needed` or `reason-needed`.
        NotFound: `key-destroyed`.
    """
    service.check_handler(actor)
    records.note_reading(tx, actor, case.number, reason, subject=case.id)
    return sealing.given(tx, case)


def open_file(tx: Tx, actor: Actor, case: Case, name: str, reason: str) -> tuple[str, bytes]:
    """The kind and bytes of an attachment. Raises as `open_words`, and `attachment-unknown`."""
    service.check_handler(actor)
    found = sealing.attachment(tx, case, name)
    records.note_reading(tx, actor, name, reason, subject=case.id)
    return found


def panels(tx: Tx, case: Case) -> Sequence[Panel]:
    """What the complainant wrote and attached, covered."""
    _, head = service.get_complaint(tx, case.id)
    there = store.files(tx, case.id)
    kind = Row(Text(zh="哪方面", en="Kind"), head.category.text)
    came = Row(Text(zh="渠道", en="Channel"), head.channel.text)
    page = Row(
        Text(zh="办理", en="Handling"),
        Text(zh="投诉办理页", en="page of the complaint"),
        f"/console/complaints/{case.number}",
    )
    return [
        Panel(
            name=WORDS,
            title=_SAID,
            kind="complaint",
            rows=(kind, came, page),
            items=1 + sum(one.kind != "pdf" for one in there),
            harms=(head.category.value,) if head.category.value.startswith("A") else (),
        )
    ]


def uncover(tx: Tx, actor: Actor, case: Case, reason: str) -> Sheet:
    """Words and texts side by side, and pictures; raises as `open_words`."""
    given = open_words(tx, actor, case, reason)
    there = store.files(tx, case.id)
    texts = [one for one in there if one.kind == "txt"]
    sent = f"{given.authority} {given.reference}".strip()
    said = ((_ABOUT, given.about), (_CONTACT, given.contact), (_AUTHORITY, sent))
    others = [one for one in there if one.kind not in TYPES and one.kind != "txt"]
    return Sheet(
        passages=(
            Passage(_SAID, given.text),
            *(Passage(_name(one), _text(tx, case, one)) for one in texts),
        ),
        pictures=tuple(Picture(one.id, _name(one)) for one in there if one.kind in TYPES),
        rows=(
            *(Row(label, words) for label, words in said if words),
            *(Row(_FILE, _name(one), f"/console/complaints/{case.number}") for one in others),
        ),
    )


def picture(tx: Tx, case: Case, name: str) -> tuple[bytes, str]:
    """Bytes and media type of an attached picture, for who has uncovered it."""
    if not any(one.id == name and one.kind in TYPES for one in store.files(tx, case.id)):
        raise no_such_panel(case, name)
    kind, data = sealing.attachment(tx, case, name)
    return data, TYPES[kind]


def _name(one: FileHead) -> Text:
    return Text(zh=f"附件 {one.ordinal}（{one.kind}）", en=f"Attachment {one.ordinal} ({one.kind})")


def _text(tx: Tx, case: Case, one: FileHead) -> str:
    return sealing.attachment(tx, case, one.id)[1].decode("utf-8-sig")
