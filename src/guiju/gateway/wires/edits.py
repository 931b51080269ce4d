# SPDX-License-Identifier: Apache-2.0
"""`/v1/images/edits`: pictures and a prompt come as a form; new pictures go back, labelled.

What is uploaded is a picture of the inner chat, so it is seen like every other, and the model
service gets exactly the bytes that were judged.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from guiju.gateway.media.forms import read_form
from guiju.gateway.media.model import FormFile
from guiju.gateway.passages import FILES, PLACE, WORDS
from guiju.gateway.wires.images import Images
from guiju.gateway.wires.prompted import prompt_of, words_of
from guiju.gateway.wires.strict import wrong
from guiju.gateway.wires.wire import Json
from guiju.kernel import digest
from guiju.screening.images import sniff

if TYPE_CHECKING:
    from guiju.gateway.work import Ask, Work

_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?")
_SWITCHES = {"true": True, "false": False}
_TEXTS = frozenset({"prompt", "model", "user", "safety_identifier"})
_encode = msgspec.json.Encoder().encode


class Edits(Images):
    """The OpenAI picture that is made from others."""

    name = "image-edits"
    asks = "/images/edits"
    most = 32 * 1024 * 1024
    forms = True
    pictures: ClassVar[tuple[str, ...]] = ("image", "image[]", "mask")
    least_pictures: ClassVar[int] = 1
    most_pictures: ClassVar[int] = 16

    def parsed(self, ask: Ask) -> Json:
        """The fields of the form, with numbers as numbers, and its files under `FILES`."""
        form = read_form(ask.kind, ask.raw)
        body: Json = {name: _value(name, text) for name, text in form.fields.items()}
        body[FILES] = [_picture(one, self.pictures) for one in form.files]
        return body

    def read(self, body: Json) -> Json:
        """A chat with the prompt and the pictures as parts of one message."""
        files: list[FormFile] = body.get(FILES, [])
        chat = super().read(body)
        self._check_number(files)
        pictures = [_part(one, where) for one, where in zip(files, _places(files), strict=True)]
        text = {"type": "text", "text": prompt_of(chat)}
        chat["messages"] = [{"role": "user", "content": [text, *pictures]}]
        return chat

    def files(self, body: Json) -> tuple[FormFile, ...]:
        """The pictures as they were judged."""
        return tuple(body[FILES])

    def question(self, body: Json, *, stream: bool) -> Json:
        """The fields of the form."""
        question = super().question(body, stream=stream)
        question.pop(FILES, None)
        return question

    def given(self, work: Work) -> bytes:
        """The fields, and of each picture its digest: that is what its evidence names too."""
        files = self.files(work.body)
        pictures = [
            {"where": where, "sha256": digest(one.data), "bytes": len(one.data), "kind": one.kind}
            for one, where in zip(files, _places(files), strict=True)
        ]
        left_out = {"messages", WORDS, FILES}
        rest = {key: value for key, value in work.body.items() if key not in left_out}
        return _encode(
            {**rest, **words_of(work.body), "prompt": prompt_of(work.body), "pictures": pictures}
        )

    def _check_number(self, files: list[FormFile]) -> None:
        masks = sum(one.field == "mask" for one in files)
        least, most = self.least_pictures, self.most_pictures
        if not least <= len(files) - masks <= most:
            zh, en = f"应有 {least} 到 {most} 张图片", f"must be {least} to {most} pictures"
            raise wrong(self.pictures[0], zh, en)
        if masks > 1:
            raise wrong("mask", "至多一张", "may be there once")

    def again(self, body: Json) -> Json:
        """A kept request: its pictures were judged then and are not there any more."""
        body.pop("pictures", None)
        return Images.read(self, body)


def _value(name: str, text: str) -> str | int | float | bool:
    if name in _TEXTS:
        return text
    if text in _SWITCHES:
        return _SWITCHES[text]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _picture(one: FormFile, fields: tuple[str, ...]) -> FormFile:
    """The file under the kind that its bytes say, not its client."""
    kind = sniff(one.data)
    if one.field not in fields:
        raise wrong(one.field, "不是本路由的文件字段", "is no file of this route")
    if kind is None:
        raise wrong(one.field, "不是图片", "is no picture")
    return FormFile(one.field, f"image/{kind.value}", one.data)


def _places(files: list[FormFile] | tuple[FormFile, ...]) -> list[str]:
    """Where each stands, in the words of the form."""
    return [
        f"image[{at}]" if one.field.startswith("image") else one.field
        for at, one in enumerate(files)
    ]


def _part(one: FormFile, where: str) -> Json:
    url = f"data:{one.kind};base64,{b64encode(one.data).decode()}"
    image: dict[Any, Any] = {"url": url, PLACE: where}
    return {"type": "image_url", "image_url": image}


EDITS = Edits()
