# SPDX-License-Identifier: Apache-2.0
"""The errors of the editors: a file that lies, or that has no room for a label (Article 12)."""

from __future__ import annotations

from guiju.kernel import Invalid, Text


def broken(why: str) -> Invalid:
    """`file-broken`: the file is not what its first bytes say."""
    return Invalid(
        "file-broken",
        Text(zh=f"文件已损坏：{why}。", en=f"The file is damaged: {why}."),
        Text(
            zh="未作任何改动；请重新导出后再加标识。",
            en="Nothing was changed; export it anew and label that.",
        ),
        article=12,
    )


def metadata_too_large(where: str, most: int) -> Invalid:
    """`metadata-too-large`: with the label, `where` would exceed `most` bytes."""
    return Invalid(
        "metadata-too-large",
        Text(
            zh=f"{where} 加入标识后将超过 {most} 字节。",
            en=f"With the label, {where} would be larger than {most} bytes.",
        ),
        Text(zh="请先精简元数据。", en="Take out some of the metadata first."),
        article=12,
    )


def not_writable_here(why_zh: str, why_en: str) -> Invalid:
    """`label-not-supported`: this file of a known format cannot take a label."""
    return Invalid(
        "label-not-supported",
        Text(zh=f"此文件无法写入标识：{why_zh}。", en=f"This file cannot be labelled: {why_en}."),
        Text(zh="请换一种导出方式。", en="Export it in another way."),
        article=12,
    )


def not_shown_here(why_zh: str, why_en: str) -> Invalid:
    """`label-not-shown`: this file has no room for words that people see."""
    return Invalid(
        "label-not-shown",
        Text(
            zh=f"无法在此文件中加入显式标识：{why_zh}。",
            en=f"No label that people see can be put into this file: {why_en}.",
        ),
        Text(
            zh="请自行添加显式标识，再只写入隐式标识。",
            en="Add one yourself and then write the implicit label only.",
        ),
        article=12,
    )
