# SPDX-License-Identifier: Apache-2.0
"""Every piece of text that a request would show to the model; none may be overlooked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from guiju.kernel import Invalid, Text
from guiju.screening import BORDER

# Least data (Article 11): who asks and what an app stores about it is not the model's business, so
# these are neither passed on nor judged. `stream_options` is replaced by our own.
KEPT_BACK = frozenset(
    {"user", "safety_identifier", "metadata", "store", "prompt_cache_key", "stream_options"}
)
PLACE: Any = 0
"""Under this key a wire says where a picture stands in its own words; JSON has no such keys."""
WORDS: Any = 1
"""Under this key a wire keeps settings that it has checked to be words of a fixed form; as above,
JSON has no such keys."""
FILES: Any = 2
"""Under this one it keeps the files of a form."""
# What `arrive` has checked to hold no text, and what a wire has.
_CHECKED = frozenset({"messages", "model", "stream", "n", WORDS, FILES})
# Fields in which text may stand; all of it is judged.
_READ = frozenset(
    {
        "tools",
        "tool_choice",
        "response_format",
        "stop",
        "prediction",
        "reasoning",
        "reasoning_effort",
        "thinking",
        "verbosity",
        "service_tier",
        "suffix",
        "encoding_format",
    }
)
# Fields of names and numbers; a text or a list inside them could be a template or token ids.
_SEARCHES = frozenset({"enable_search", "web_search"})
_SWITCHES = frozenset({"logit_bias", "chat_template_kwargs"})
_MESSAGE = frozenset(
    {
        "role",
        "content",
        "name",
        "tool_calls",
        "tool_call_id",
        "function_call",
        "refusal",
        "reasoning_content",
        "reasoning",
        "prefix",
        "partial",
    }
)
_NUMBERS = (int, float)
_DETAILS = frozenset({"auto", "low", "high", "original"})
# Their names need no judgement each time.
_USUAL = frozenset(
    {
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "max_tokens",
        "max_completion_tokens",
        "presence_penalty",
        "frequency_penalty",
        "repetition_penalty",
        "seed",
        "logprobs",
        "top_logprobs",
        "parallel_tool_calls",
        "enable_thinking",
        "echo",
        "best_of",
        "dimensions",
    }
)
_SHOWN = 40  # characters of a name that an error repeats
# Deeper and more than any honest request; each level and each string costs us time.
_DEEPEST = 64
_MOST_PASSAGES = 20_000


class Passage(msgspec.Struct):
    """One string and where it lives; `home` is None for a key, which cannot be rewritten."""

    text: str
    home: Any
    key: Any
    joined: bool = False


class Passages(msgspec.Struct):
    """All strings of a request in reading order."""

    found: list[Passage] = msgspec.field(default_factory=list)
    pictures: list[tuple[str, dict[str, Any]]] = msgspec.field(default_factory=list)
    """Where each picture stands, and the object that holds its `url`."""

    def add(self, text: str, home: Any, key: Any, *, joined: bool = False) -> None:
        """Take `text`; `joined` means the model reads it without a gap after the one before."""
        self.found.append(Passage(text, home, key, joined))

    def joined(self) -> str:
        """The whole text to be judged at once, with a border where the model sees a gap."""
        return "".join([one.text if one.joined else BORDER + one.text for one in self.found])


def gather(body: dict[str, Any]) -> Passages:
    """Every string and number below `body` that a model may read.

    Raises:
        Invalid: `content-not-screened` for what could carry something else than text, and for
            fields nobody knows; it is refused, not passed. `request-too-deep` when nested absurdly.
    """
    passages = Passages()
    for index, message in enumerate(body["messages"]):
        _message(passages, message, index)
        _check_number(passages)
    _settings(passages, body)
    return passages


def by_message(body: dict[str, Any]) -> list[str]:
    """The text of each message, and of all that stands beside the messages; raises as `gather`.

    For those who judge slowly and remember: earlier messages come again with every request.
    """
    texts = []
    for index, message in enumerate(body["messages"]):
        passages = Passages()
        _message(passages, message, index)
        texts.append(passages.joined().strip(BORDER))
    passages = Passages()
    _settings(passages, body)
    texts.append(passages.joined().strip(BORDER))
    return [text for text in texts if text]


def last_message(body: dict[str, Any]) -> str:
    """The text of the last message; those before it came with earlier requests."""
    messages = body.get("messages") or ()
    if not messages:
        return ""
    passages = Passages()
    _message(passages, messages[-1], len(messages) - 1)
    return passages.joined().strip(BORDER)


def _settings(passages: Passages, body: dict[str, Any]) -> None:
    for key, value in body.items():
        if key in _CHECKED or key in KEPT_BACK:
            continue
        if key == "tools":
            _check_tools(value)
        elif key in _SEARCHES and value:
            # What the service would fetch, the model would read unscreened.
            raise not_text(key, "web search")
        if key in _READ:
            _walk(passages, value, body, key)
        elif key in _SWITCHES:
            _switches(passages, value, key)
        else:
            _setting(passages, value, key)


def _message(passages: Passages, message: dict[str, Any], index: int) -> None:
    for key, value in message.items():
        if key == "content":
            if type(value) is str:
                passages.add(value, message, key)
            elif value is not None:
                _parts(passages, value, f"messages[{index}].content")
        elif key == "role":
            continue
        elif key in _MESSAGE:
            _walk(passages, value, message, key)
        elif value:
            raise not_text(f"messages[{index}].{key[:_SHOWN]}", type(value).__name__)
        else:
            # Clients give an answer back with all its empty fields.
            passages.add(key, None, None)


def _parts(passages: Passages, parts: Any, where: str) -> None:
    if type(parts) is not list:
        raise not_text(where, type(parts).__name__)
    for index, part in enumerate(parts):
        kind = part.get("type") if type(part) is dict else None
        if kind == "image_url":
            _picture(passages, part, f"{where}[{index}]")
            continue
        text = part.get(kind) if type(kind) is str and kind in {"text", "refusal"} else None
        if type(text) is not str or not part.keys() <= {"type", kind}:
            raise not_text(f"{where}[{index}]", str(kind)[:_SHOWN])
        passages.add(text, part, kind, joined=index > 0)
    _check_number(passages)


def _check_tools(tools: Any) -> None:
    """Functions only: what another tool reads and writes at the service passes no screen."""
    for index, tool in enumerate(tools if type(tools) is list else ()):
        kind = tool.get("type", "function") if type(tool) is dict else None
        if kind != "function":
            raise not_text(f"tools[{index}]", str(kind)[:_SHOWN])


def _picture(passages: Passages, part: dict[Any, Any], where: str) -> None:
    """A picture: its bytes are judged elsewhere, and beside it only known words may stand."""
    image = part.get("image_url")
    if type(image) is not dict or not part.keys() <= {"type", "image_url"}:
        raise not_text(where, "image_url")
    where = image.get(PLACE, where)
    detail = image.get("detail") or "auto"
    known = type(detail) is str and detail in _DETAILS and image.keys() <= {"url", "detail", PLACE}
    if not known or type(image.get("url")) is not str:
        raise not_text(where, "image_url")
    passages.pictures.append((where, image))


def _setting(passages: Passages, value: Any, key: str) -> None:
    """A field that is no text: a number or a yes or no under whatever name."""
    if value is None or type(value) is bool or type(value) in _NUMBERS:
        if key not in _USUAL:
            passages.add(key, None, None)
            _walk(passages, value, None, None)
    else:
        raise not_text(key[:_SHOWN], type(value).__name__)


def _switches(passages: Passages, value: Any, key: str) -> None:
    if value is None:
        return
    if type(value) is not dict:
        raise not_text(key, type(value).__name__)
    for name, setting in value.items():
        if setting is not None and type(setting) not in {bool, *_NUMBERS}:
            raise not_text(f"{key}.{name[:_SHOWN]}", type(setting).__name__)
    if key == "chat_template_kwargs" or not all(map(_is_number, value)):
        _walk(passages, value, None, None)


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _walk(passages: Passages, value: Any, home: Any, key: Any, depth: int = 0) -> None:
    kind = type(value)
    if kind is str:
        passages.add(value, home, key)
    elif kind is dict or kind is list:
        if depth >= _DEEPEST:
            raise _too_deep()
        for inner, item in value.items() if kind is dict else enumerate(value):
            if type(inner) is str:
                passages.add(inner, None, None)
            _walk(passages, item, value, inner, depth + 1)
            _check_number(passages)
    elif kind in _NUMBERS:
        # A number is read by the model like any word, but cannot be starred out.
        passages.add(str(value), None, None)


def _check_number(passages: Passages) -> None:
    if len(passages.found) > _MOST_PASSAGES:
        raise _too_deep()


def writable(passages: Passages) -> Iterator[Passage]:
    """The passages whose text can be replaced where it stands."""
    return (one for one in passages.found if one.home is not None)


def not_text(where: str, kind: str) -> Invalid:
    """400 `content-not-screened`: what stands at `where` cannot be judged."""
    return Invalid(
        "content-not-screened",
        Text(
            zh=f"{where}（{kind}）还不能审查，因此不予转发。",
            en=f"{where} ({kind}) cannot be screened yet and is not passed on.",
        ),
        Text(zh="请只发送文本，并去掉该字段。", en="Send text only, without this field."),
        article=4,
        param=where,
    )


def _too_deep() -> Invalid:
    return Invalid(
        "request-too-deep",
        Text(
            zh=f"请求嵌套超过 {_DEEPEST} 层，或文本超过 {_MOST_PASSAGES} 段。",
            en=f"The request nests deeper than {_DEEPEST} levels or holds more than "
            f"{_MOST_PASSAGES} pieces of text.",
        ),
        Text(zh="请简化后重试。", en="Make it simpler and try again."),
    )
