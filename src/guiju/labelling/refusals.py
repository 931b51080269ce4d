# SPDX-License-Identifier: Apache-2.0
"""Why a file is not labelled (Article 12)."""

from __future__ import annotations

from guiju.kernel import Conflict, Invalid, Text
from guiju.labelling.explaining import reason_in_words


def not_supported(name: str) -> Invalid:
    """`medium-not-supported`: no format with a place for a label."""
    zh, en = (f"文件 {name}", f"The file {name}") if name else ("此内容", "This")
    return Invalid(
        "medium-not-supported",
        Text(zh=f"{zh} 的格式暂不支持隐式标识。", en=f"{en} is of no format that can be labelled."),
        Text(
            zh="请转换为受支持的格式，例如 PNG 或 JPEG。",
            en="Convert it to a format that can, such as PNG or JPEG.",
        ),
        article=12,
    )


def is_plain(name: str) -> Invalid:
    """`medium-not-supported`: a plain text, whose label goes beside it."""
    zh, en = (f"文件 {name}", f"The file {name}") if name else ("此内容", "This")
    return Invalid(
        "medium-not-supported",
        Text(
            zh=f"{zh} 是纯文本，文件内没有隐式标识的位置。",
            en=f"{en} is a plain text, which has no place for an implicit label.",
        ),
        Text(
            zh="请用 guiju label put（标识写入旁置文件），或把文本本身交给 mark。",
            en="Use guiju label put, which writes a side-car, or give mark the text itself.",
        ),
        article=12,
    )


def not_read_through(stopped: tuple[str, ...]) -> Invalid:
    """`file-broken`: the file could not be read to its end, so nobody can say what it carries."""
    why = [reason_in_words(one) for one in stopped]
    return Invalid(
        "file-broken",
        Text(
            zh="文件无法完整读取：" + "".join(one.zh for one in why),
            en="The file cannot be read to its end: " + " ".join(one.en for one in why),
        ),
        Text(
            zh="未作任何改动；请重新导出后再加标识。",
            en="Nothing was changed; export it anew and label that.",
        ),
        article=12,
    )


def already_labelled(producer: str) -> Conflict:
    """`label-present`: the file carries another label, or one that is not right."""
    return Conflict(
        "label-present",
        Text(
            zh=f"文件已带有标识（生产者：{producer}）。",
            en=f"The file carries a label already (producer: {producer}).",
        ),
        Text(
            zh="不得擅自更改他人的标识；传播请用 propagate，自己的标识可明确要求替换。",
            en="Another's label may not be altered: use propagate; or ask to replace your own.",
        ),
        article=12,
    )


def not_shown(kind: str) -> Invalid:
    """`label-not-shown`: no way yet to put a label that people perceive into this format."""
    return Invalid(
        "label-not-shown",
        Text(
            zh=f"暂不能为 {kind} 文件添加显式标识。",
            en=f"No label that people perceive can be put into a file of the format {kind} yet.",
        ),
        Text(
            zh="请自行添加显式标识，再只写入隐式标识。",
            en="Add one yourself and then write the implicit label only.",
        ),
        article=12,
    )


def not_read_back(places: str) -> Invalid:
    """`label-not-read-back`: after writing, not exactly this one label was found."""
    return Invalid(
        "label-not-read-back",
        Text(
            zh=f"写入后回读不一致（读到：{places or '无'}），未交付。",
            en=f"What was written is not what is read back (found: {places or 'none'}).",
        ),
        Text(
            zh="文件另有无法清除的标识或结构异常；请重新导出后再加标识。",
            en="It has a label that cannot be taken out, or an odd structure: export it anew.",
        ),
        article=12,
    )


def nothing_to_propagate(count: int) -> Conflict:
    """`label-not-single`: there is not exactly one label that could be passed on."""
    return Conflict(
        "label-not-single",
        Text(
            zh=f"文件应恰有一份可读的标识，实有 {count} 份。",
            en=f"A file that is passed on has exactly one readable label; this has {count}.",
        ),
        Text(
            zh="没有标识的内容请先按用户声明或检测结果标注。",
            en="Label content without one first, by what its user says or what is detected.",
        ),
        article=12,
    )
