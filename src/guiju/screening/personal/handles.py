# SPDX-License-Identifier: Apache-2.0
"""WeChat and QQ accounts: words and numbers like any other, known by what stands before them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guiju.screening.personal.model import Family, Kind, Raw
from guiju.screening.personal.surface import RIGHT, digits, is_amount
from guiju.screening.personal.tokens import open_at

# Only the first character is consumed, so that a search may begin anywhere.
_SAID = r"((?:号码?|id|账号)?(?:就是|[:=是为]| )?[: ]?[\"'“(【\[]?)"
_WECHAT = re.compile(
    r"[微薇威+加wv](?:(?<![A-Za-z_\-].)|(?<=[加+].))"
    r"(?=(?:信|我?微信|我?vx?信?|我?wx|echat|eixin|x)"
    rf"{_SAID}([A-Za-z][0-9A-Za-z_\-]{{5,19}}|[1-9][0-9]{{5,10}})(?![0-9A-Za-z_@]|\.[A-Za-z]|:/))"
)
_QQ = re.compile(
    r"[扣企+加q](?:(?<![A-Za-z].)|(?<=[加+].))"
    rf"(?=(?:扣|鹅|我?qq?|q)群?{_SAID}([1-9]{digits('4,10')}){RIGHT}(?!@))"
)
_PLAINLY = frozenset(":=号是为")


def _found(text: str, low: int) -> Iterator[Raw]:
    low = max(0, low - 16)
    yield from _handles(_WECHAT, "wechat", text, low)
    yield from _handles(_QQ, "qq", text, low)


def _handles(pattern: re.Pattern[str], kind: Kind, text: str, low: int) -> Iterator[Raw]:
    for match in pattern.finditer(text, low):
        if not _is_a_word(match) and not is_amount(text, match.start(2), match.end(2)):
            yield match.start(2), match.end(2), kind


def _is_a_word(match: re.Match[str]) -> bool:
    """Letters alone are an account only if the text says so."""
    return match[2].isalpha() and _PLAINLY.isdisjoint(match[1])


HANDLES = Family(frozenset({"wechat", "qq"}), _found, open_at)
