# SPDX-License-Identifier: Apache-2.0
"""Every piece of text that a request would show to the model; none may be overlooked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from guiju.kernel import Invalid, Text

# NUL stands in no lexicon entry and is not folded away, so no hit reaches over a border.
BORDER = "\0"

# Keys whose values guiju itself reads or replaces; they carry no text for the model.
_OWN = frozenset({"model", "user", "safety_identifier", "stream", "stream_options", "n"})
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


@dataclass(slots=True)
class Passage:
    """One string and where it lives; `home` is None for a key, which cannot be rewritten."""

    text: str
    home: Any
    key: Any
    joined: bool = False


@dataclass(slots=True)
class Passages:
    """All strings of a request in reading order."""

    found: list[Passage] = field(default_factory=list)

    def add(self, text: str, home: Any, key: Any, *, joined: bool = False) -> None:
        """Take `text`; `joined` means the model reads it without a gap after the one before."""
        self.found.append(Passage(text, home, key, joined))

    def joined(self) -> str:
        """The whole text to be judged at once, with a border where the model sees a gap."""
        return "".join(one.text if one.joined else BORDER + one.text for one in self.found)


def gather(body: dict[str, Any]) -> Passages:
    """Every string below `body` that a model may read.

    Raises:
        Invalid: `content-not-screened` for a part that is not text; it is refused, not passed.
    """
    passages = Passages()
    for index, message in enumerate(body.get("messages", ())):
        _message(passages, message, index)
    for key, value in body.items():
        if key not in _OWN and key != "messages":
            _walk(passages, value, body, key)
    return passages


def _message(passages: Passages, message: dict[str, Any], index: int) -> None:
    for key, value in message.items():
        if key == "content" and type(value) is list:
            _parts(passages, value, f"messages[{index}].content")
        elif key == "role" and value in _ROLES:
            continue
        else:
            _walk(passages, value, message, key)


def _parts(passages: Passages, parts: list[Any], where: str) -> None:
    for index, part in enumerate(parts):
        kind = part.get("type") if type(part) is dict else None
        text = part.get(kind) if kind in {"text", "refusal"} else None
        if type(text) is not str or not part.keys() <= {"type", kind}:
            raise _not_text(f"{where}[{index}]", str(kind))
        passages.add(text, part, kind, joined=index > 0)


def _walk(passages: Passages, value: Any, home: Any, key: Any) -> None:
    if type(value) is str:
        passages.add(value, home, key)
    elif type(value) is dict:
        for inner, item in value.items():
            passages.add(inner, None, None)
            _walk(passages, item, value, inner)
    elif type(value) is list:
        for place, item in enumerate(value):
            _walk(passages, item, value, place)


def writable(passages: Passages) -> Iterator[Passage]:
    """The passages whose text can be replaced where it stands."""
    return (one for one in passages.found if one.home is not None)


def _not_text(where: str, kind: str) -> Invalid:
    return Invalid(
        "content-not-screened",
        Text(
            zh=f"{where} 的类型 {kind} 还不能审查，因此不予转发。",
            en=f"{where} is of type {kind}, which cannot be screened yet and is not passed on.",
        ),
        Text(zh="请只发送文本内容。", en="Send text parts only."),
        article=4,
        param=where,
    )
