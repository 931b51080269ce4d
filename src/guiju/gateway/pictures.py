# SPDX-License-Identifier: Apache-2.0
"""Pictures in a request: their bytes are judged, and exactly those bytes are passed on.

A picture comes as a `data:` URL. What stands behind any other address nobody here has seen, and
nobody here fetches it.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from guiju.gateway.passages import PLACE, Passages
from guiju.kernel import Invalid, Text
from guiju.screening.images import sniff

MOST_PICTURES = 20
_DATA = re.compile(r"data:image/[a-z0-9.+-]{1,40};base64,", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a request and where it stands; `data` is None for one that is elsewhere."""

    where: str
    home: dict[str, Any]
    data: bytes | None

    def settle(self) -> None:
        """Write the picture anew where it stands, so that nobody can read it in another way.

        What it says about itself is told from its bytes, not from the words of the client.
        """
        kind = None if self.data is None else sniff(self.data)
        if kind is not None and self.data is not None:
            self.home["url"] = f"data:image/{kind.value};base64,{b64encode(self.data).decode()}"


def pictures_of(passages: Passages) -> list[Picture]:
    """The pictures of a request.

    Raises:
        Invalid: `invalid-request` for a `data:` URL that is no picture, and for too many.
    """
    if len(passages.pictures) > MOST_PICTURES:
        raise _wrong(
            "messages",
            Text(zh=f"图片超过 {MOST_PICTURES} 张", en=f"more than {MOST_PICTURES} pictures"),
        )
    found = [Picture(where, home, _data(home["url"], where)) for where, home in passages.pictures]
    for one in found:
        one.home.pop(PLACE, None)
    return found


def _data(url: str, where: str) -> bytes | None:
    if url[:5].lower() != "data:":
        return None
    head = _DATA.match(url)
    try:
        data = b"" if head is None else binascii.a2b_base64(url[head.end() :], strict_mode=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or sniff(data) is None:
        raise _wrong(where, Text(zh="不是 base64 编码的图片", en="this is no picture in base64"))
    return data


def _wrong(where: str, what: Text) -> Invalid:
    return Invalid(
        "invalid-request",
        Text(zh=f"请求有误：{where}：{what.zh}。", en=f"The request is wrong: {where}: {what.en}."),
        Text(
            zh="请以 data:image/…;base64, 的形式附上图片。",
            en="Attach each picture as data:image/...;base64,",
        ),
        param=where,
    )
