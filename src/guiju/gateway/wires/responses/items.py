# SPDX-License-Identifier: Apache-2.0
"""The items of a conversation, as OpenAI's Responses API has them, become messages of a chat."""

from __future__ import annotations

from typing import Any

from guiju.gateway.passages import not_text
from guiju.gateway.wires.strict import as_list, as_object, as_text, check_keys, kind_of, wrong
from guiju.gateway.wires.turns import as_one_text, assistant_turn, content_of, picture

Json = dict[str, Any]

_ROLES = frozenset({"user", "assistant", "system", "developer"})
_BESIDE = frozenset({"type", "id", "status"})
# Parts of a text and where their text stands; marks beside it are not shown to the model.
_PARTS = {
    "input_text": ("text", frozenset({"type", "text"})),
    "output_text": ("text", frozenset({"type", "text", "annotations", "logprobs"})),
    "refusal": ("refusal", frozenset({"type", "refusal"})),
}


def messages_of(given: Any) -> list[Json]:
    """The messages that `input` is; raises Invalid naming the item that cannot be read."""
    if type(given) is str:
        return [{"role": "user", "content": given}]
    conversation = _Conversation()
    for index, item in enumerate(as_list(given, "input")):
        where = f"input[{index}]"
        conversation.take(as_object(item, where), where)
    messages = conversation.messages()
    if not messages:
        raise wrong("input", "不得为空", "must not be empty")
    return messages


class _Conversation:
    """Puts items together: what the assistant thought, said and called is one message of a chat."""

    def __init__(self) -> None:
        self._messages: list[Json] = []
        self._texts: list[str] = []
        self._calls: list[Json] = []
        self._thoughts: list[str] = []
        self._seen: list[str | Json] = []

    def messages(self) -> list[Json]:
        """All messages so far, now that no result follows."""
        self._turn()
        self._show()
        return self._messages

    def _turn(self) -> None:
        """End what the assistant says, if it does."""
        if self._texts or self._calls:
            self._show()
            self._messages.append(assistant_turn(self._texts, self._calls, self._thoughts))
        self._texts, self._calls, self._thoughts = [], [], []

    def _show(self) -> None:
        """Pictures in results follow all of them as the user's own: tools of a chat say text."""
        if self._seen:
            self._messages.append({"role": "user", "content": content_of(self._seen)})
            self._seen = []

    def take(self, item: Json, where: str) -> None:
        """The next item."""
        kind = item.get("type", "message")
        if kind == "message":
            self._message(item, where)
        elif kind == "function_call":
            self._call(item, where)
        elif kind == "function_call_output":
            self._result(item, where)
        elif kind == "reasoning":
            self._thought(item, where)
        else:
            raise not_text(where, kind_of(item))

    def _message(self, item: Json, where: str) -> None:
        check_keys(item, _BESIDE | {"role", "content", "phase"}, f"{where}.")
        role = item.get("role")
        if type(role) is not str or role not in _ROLES:
            known = ", ".join(sorted(_ROLES))
            raise wrong(f"{where}.role", f"应为以下之一：{known}", f"must be one of {known}")
        parts = _parts(item.get("content"), f"{where}.content")
        if role == "assistant":
            self._texts += [_as_text(one, where) for one in parts]
        else:
            self.messages().append({"role": role, "content": content_of(parts)})

    def _call(self, item: Json, where: str) -> None:
        check_keys(item, _BESIDE | {"call_id", "name", "arguments"}, f"{where}.")
        name, arguments, number = (
            as_text(item.get(one), f"{where}.{one}") for one in ("name", "arguments", "call_id")
        )
        function = {"name": name, "arguments": arguments}
        self._calls.append({"id": number, "type": "function", "function": function})

    def _result(self, item: Json, where: str) -> None:
        check_keys(item, _BESIDE | {"call_id", "output"}, f"{where}.")
        number = as_text(item.get("call_id"), f"{where}.call_id")
        parts = _parts(item.get("output"), f"{where}.output")
        texts = [one for one in parts if isinstance(one, str)]
        self._turn()
        told = {"role": "tool", "tool_call_id": number, "content": as_one_text(texts)}
        self._messages.append(told)
        self._seen += [one for one in parts if not isinstance(one, str)]

    def _thought(self, item: Json, where: str) -> None:
        """What is sealed in `encrypted_content` nobody here can read, so it is refused."""
        check_keys(item, _BESIDE | {"summary", "content"}, f"{where}.")
        for name, kind in (("content", "reasoning_text"), ("summary", "summary_text")):
            parts = as_list(item.get(name) or [], f"{where}.{name}")
            for index, one in enumerate(parts):
                place = f"{where}.{name}[{index}]"
                part = as_object(one, place)
                if part.get("type") != kind:
                    raise not_text(place, kind_of(part))
                check_keys(part, {"type", "text"}, f"{place}.")
                self._thoughts.append(as_text(part.get("text"), f"{place}.text"))
            if parts:
                return


def _parts(content: Any, where: str) -> list[str | Json]:
    """The texts and pictures of a message or a result."""
    if type(content) is str:
        return [content]
    return [
        _part(as_object(one, f"{where}[{index}]"), f"{where}[{index}]")
        for index, one in enumerate(as_list(content, where))
    ]


def _as_text(part: str | Json, where: str) -> str:
    if isinstance(part, str):
        return part
    raise not_text(where, "input_image")


def _part(part: Json, where: str) -> str | Json:
    kind = part.get("type")
    if kind == "input_image":
        check_keys(part, {"type", "image_url", "detail"}, f"{where}.")
        url = as_text(part.get("image_url"), f"{where}.image_url")
        return picture(url, where, part.get("detail"))
    if type(kind) is not str or kind not in _PARTS:
        raise not_text(where, kind_of(part))
    name, known = _PARTS[kind]
    check_keys(part, known, f"{where}.")
    return as_text(part.get(name), f"{where}.{name}")
