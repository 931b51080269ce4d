# SPDX-License-Identifier: Apache-2.0
"""What an entry of a policy asks besides its term, in words: for a page and for a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guiju.kernel import Text
from guiju.policies.words import listed, plain

_KINDS = {
    "all": Text(zh="组合词", en="a combination"),
    "regex": Text(zh="正则", en="a pattern"),
}
_WHOLE = {
    True: Text(zh="只算整词", en="whole words only"),
    False: Text(zh="不限整词", en="inside words too"),
}
# Said with their values, in this order.
_VALUES = {
    "level": Text(zh="级别 {value}", en="level {value}"),
    "from": Text(zh="自 {value} 起", en="from {value}"),
    "to": Text(zh="至 {value} 止", en="until {value}"),
    "id": Text(zh="编号 {value}", en="id {value}"),
    "source": Text(zh="来源 {value}", en="source {value}"),
    "licence": Text(zh="许可 {value}", en="licence {value}"),
}


def conditions(entry: Mapping[str, Any]) -> Text:
    """Everything that an entry says and that is not usual; empty when there is nothing."""
    return listed(_conditions(entry))


def entry_line(entry: Mapping[str, Any], language: str) -> str:
    """An entry in one line, whole: whatever changes of it changes the line."""
    asked = conditions(entry).to(language)
    note = f"  # {entry['note']}" if entry.get("note") else ""
    head = f"[{entry['harm']}] {entry['term']} → {entry['action']} ({', '.join(entry['scope'])})"
    return f"{head}{' · ' if asked else ''}{asked}{note}"


def _conditions(entry: Mapping[str, Any]) -> Iterator[Text]:
    if "kind" in entry:
        yield _KINDS[entry["kind"]]
    if "views" in entry:
        views = " ".join(entry["views"])
        yield Text(zh=f"视图 {views}", en=f"views {views}")
    if "whole_word" in entry:
        yield _WHOLE[entry["whole_word"]]
    if "near" in entry:
        terms, window = _quoted(entry["near"]["terms"]), entry["near"]["window"]
        yield Text(
            zh=f"{window} 字内须有 {terms.zh}", en=f"within {window} characters of {terms.en}"
        )
    if "except" in entry:
        phrases = _quoted(entry["except"])
        yield Text(zh=f"不算 {phrases.zh}", en=f"not inside {phrases.en}")
    for key, words in _VALUES.items():
        if key in entry:
            yield words.format(value=entry[key])


def _quoted(words: list[str]) -> Text:
    zh, en = (listed(plain(form.format(one)) for one in words) for form in ("“{}”", '"{}"'))
    return Text(zh=zh.zh, en=en.en)
