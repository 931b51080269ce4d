# SPDX-License-Identifier: Apache-2.0
"""Inputs, outputs and usage as a store of people's data, and what waits on disk (Article 11)."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from guiju.kernel import Actor, Text, Unavailable, isoformat
from guiju.records import person, person_store, term_store
from guiju.records.expiry_model import surely_kept
from guiju.storage import Conflict, Database, Hinders, PersonStore, Piece, Stage, Tx

_WHY = "a copy for the person"
_DUTY = "records.network-logs.months"


def what_of(tx: Tx, of: str) -> Mapping[str, int]:
    """How much there is, by sort; held things stand beside as `held`."""
    found = person.holdings(tx, of)
    counted = {
        "usage": found.usage,
        "content": found.content,
        "media": found.media,
        "files": found.files,
        "jobs": found.jobs,
    }
    return {name: number for name, number in counted.items() if number}


def conflicts(tx: Tx, of: str) -> Sequence[Conflict]:
    """Held content keeps the key; usage that a rule asks for stays without a name."""
    found, made = person.holdings(tx, of), []
    held = len(found.held) + found.held_files
    if held:
        made.append(Conflict("hold", Hinders.KEY, held, _HELD))
    young = found.usage - found.usage_due
    if young:
        until = _newest(tx, of)
        last = None if until is None else until + surely_kept()
        made.append(Conflict("usage-duty", Hinders.NOTHING, young, _KEPT, last, _DUTY))
    return made


def _newest(tx: Tx, of: str) -> datetime | None:
    """When this person last used the service."""
    heads = person_store.HEADS.c
    row = tx.row(select(heads.at).where(heads.person == of).order_by(heads.request.desc()).limit(1))
    return None if row is None else row.at


def export(database: Database, actor: Actor, of: str) -> Iterator[Piece]:
    """Every exchange with its content, and the files that are kept; that it is opened is on record.

    A page to a transaction, so that nobody waits for it.
    """
    with database.write() as tx:
        given = person.hand_over(tx, actor, of, _WHY)
    after = ""
    while True:
        with database.read() as tx:
            found = person.pieces(tx, given, after)
        if not found:
            return
        for one in found:
            yield Piece("records", _plain(one))
            for made in one.media:
                if made["kept"]:
                    yield _file(database, given, made)
        after = found[-1].request


def _file(database: Database, given: person.HandingOver, made: Mapping[str, Any]) -> Piece:
    """A file with its bytes; one that was altered is named, and the rest of the copy stands."""
    try:
        with database.read() as tx:
            data = person.piece_file(tx, given, made["produce_id"])
    except Unavailable as error:
        return Piece("files", {**made, "trouble": error.code})
    return Piece("files", made, _name(made), data)


def _name(made: Mapping[str, Any]) -> str:
    ending = str(made["kind"]).rpartition("/")[2]
    return f"{made['produce_id']}.{ending}" if ending.isalnum() else str(made["produce_id"])


def _plain(one: person.Piece) -> dict[str, Any]:
    return {
        "request": one.request,
        "at": isoformat(one.at),
        **{name: msgspec.to_builtins(value) for name, value in one.head.items()},
        "input": _content(one.input),
        "output": _content(one.output),
        "media": list(one.media),
    }


def _content(data: bytes | None) -> Any:
    """JSON as it is, anything else as Base64."""
    if data is None:
        return None
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {"base64": base64.b64encode(data).decode()}


def erase(tx: Tx, actor: Actor, of: str, case: str) -> int:
    """The next rows; each step is evidence of its own."""
    tx.overwrite_deleted()
    gone = person.remove_some(tx, actor, of, case)
    return 0 if gone is None else gone.rows


def probe(tx: Tx, of: str) -> Mapping[str, int]:
    """What must not be there any more."""
    found = dict(person.holdings(tx, of).traces())
    terms = term_store.count_of(tx, of)
    return found | {"terms": terms} if terms else found


RECORDS = PersonStore(
    name="records",
    text=Text(zh="输入、输出与使用记录", en="Inputs, outputs and usage"),
    data_class="records",
    tables=(
        "content_digest",
        "exchange",
        "exchange_body",
        "key_renewal",
        "made_medium",
        "made_medium_body",
        "made_medium_mark",
        "record_disclosure",
        "record_reading",
        "record_reading_about",
        "record_term",
        "training_pool_line",
        "video_job",
    ),
    stage=Stage.CONTENT,
    how=Text(
        zh="输入输出和文件删除，密钥销毁；六个月内的使用日志依法留存，不含内容和姓名，到期即删；"
        "谁看过、给过谁、用于哪批训练的记录依法留存，只含编号。",
        en="Inputs, outputs and files are deleted and the key is destroyed; usage logs of the last"
        " six months stay as the law asks, without content or name, and go when that is over. Who"
        " read them, to whom they went and which pool for training they were in stays by number.",
    ),
    sorts={
        "usage": Text(zh="使用记录", en="usage records"),
        "content": Text(zh="输入输出", en="inputs and outputs"),
        "media": Text(zh="生成的文件", en="files made"),
        "files": Text(zh="保存的文件", en="files kept"),
        "jobs": Text(zh="视频任务", en="films under way"),
    },
    what_of=what_of,
    export=export,
    erase=erase,
    probe=probe,
    conflicts=conflicts,
)


def waiting_store(folder: Path) -> PersonStore:
    """What waits in the spill files of `folder`: it is put on record first, then erased there."""

    def files() -> int:
        return sum(1 for one in folder.glob("*.records") if one.stat().st_size)

    def what(_tx: Tx, _person: str) -> Mapping[str, int]:
        return {}

    def erase_waiting(_tx: Tx, _actor: Actor, _person: str, _case: str) -> int:
        if files():
            raise Unavailable("records-waiting", _WAITING, _CATCH_UP, article=11)
        return 0

    def found(_tx: Tx, _person: str) -> Mapping[str, int]:
        waiting = files()
        return {"spill-files": waiting} if waiting else {}

    return PersonStore(
        name="waiting",
        text=Text(zh="待补记的记录", en="Records that wait on disk"),
        data_class="records",
        tables=(),
        stage=Stage.WAITING,
        how=Text(
            zh="先补记入库，再随其他记录一并删除。",
            en="They are put on record first, and erased there.",
        ),
        sorts={},
        what_of=what,
        export=lambda _database, _actor, _person: iter(()),
        erase=erase_waiting,
        probe=found,
    )


_HELD = Text(
    zh="有内容因未办结案件或保全而留存，密钥要到解除后才能销毁。",
    en="A case or a hold keeps some content; the key is destroyed once it is released.",
)
_KEPT = Text(
    zh="网络日志须留存六个月以上：这些使用日志去除内容和姓名后留存，到期即删。",
    en="Network logs must be kept for six months: these stay without content or name, and go then.",
)
_WAITING = Text(
    zh="有记录还在本机暂存，尚未入库。",
    en="Records still wait on disk and are not in the database.",
)
_CATCH_UP = Text(zh="补记之后自动继续。", en="It goes on by itself once they are.")
