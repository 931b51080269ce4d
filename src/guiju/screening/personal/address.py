# SPDX-License-Identifier: Apache-2.0
"""Postal addresses: place, district, road, number, read step by step from a known beginning.

An address begins at the name of a province or city or after a word such as 地址. A beginning that
is only a district or a road is not found: nothing tells where it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from guiju.screening.personal.model import LONGEST, Family, Raw
from guiju.screening.personal.places import begun_at, places

# Ideographs, but not those that join sentences.
_HAN = "(?!和(?![平谐顺浩田])|[的了在是有与及到从我你他她它这那您请去来])[\u4e00-\u9fff]"
_SIGN = rf"(?:{_HAN}|[0-9A-Za-z()#\-])"
_PAUSE = r"[ ,·]{0,2}"
_AREAS = "省|市|区|县|旗|盟|州|镇|乡|街道"
_ROADS = (
    "大道|大街|街(?!道)|路|道|巷|弄|胡同|里|村|庄|屯|坊"
    "|小区|花园|公寓|广场|大厦|家园|园区|园|苑|城|府"
)
_NAMED = re.compile(rf"{_PAUSE}{_SIGN}{{0,12}}?(?:({_AREAS})|({_ROADS}))")
_NUMBER = r"[0-9A-Za-z一二三四五六七八九十百零〇甲乙丙丁]"
_PARTS = "号楼|号院|号|弄|栋|幢|座|楼|单元|层|室|户|组|队"
_NUMBERED = re.compile(
    rf"{_PAUSE}{_NUMBER}{{1,6}}(?:-{_NUMBER}{{1,4}}){{0,2}}(?:{_PARTS})"
    r"(?: ?[0-9]{1,4}(?:-[0-9]{1,4}){0,2}(?![0-9A-Za-z年月日元号弄栋幢座楼单层室户组队\-]))?"
)
_MOST_AHEAD = 24
_GOES_ON = re.compile(rf"(?:{_SIGN}|[ ,·]){{0,{_MOST_AHEAD}}}\Z")

# Only the first character is consumed, so that a search may begin anywhere.
_LABEL = re.compile(r"[地住户籍家寄送](?=((?:址|在|宅|籍地?址?|贯|住|往|到)[:是为在]?:? ?))")


def _found(text: str, low: int) -> Iterator[Raw]:
    for start, at, areas in _beginnings(text, low):
        end = _walk(text, start, at, areas)[0]
        if end:
            yield start, end, "address"


def _beginnings(text: str, low: int) -> Iterator[tuple[int, int, int]]:
    """Where an address may begin, where to read on, and how many districts are told by then."""
    for start, at in places(text, low):
        yield start, at, 0
    for label in _LABEL.finditer(text, max(0, low - 16)):
        start = label.end(1)
        if start >= low:
            yield start, start, 1


def _walk(text: str, start: int, at: int, areas: int) -> tuple[int, int]:
    """The end of the address, 0 if there is none, and how far it was read."""
    limit, roads, end = start + LONGEST, 0, 0
    while True:
        if roads and (step := _NUMBERED.match(text, at, limit)):
            end = step.end()
        elif step := _NAMED.match(text, at, limit):
            areas += step[1] is not None
            roads += step[2] is not None
        else:
            return (end if areas else 0), at
        at = step.end()


def _open_at(text: str, low: int) -> int:
    first = begun_at(text)
    for start, at, areas in _beginnings(text, low):
        if start < first and start + LONGEST >= len(text):
            read = _walk(text, start, at, areas)[1]
            if read + _MOST_AHEAD >= len(text) and _GOES_ON.match(text, read):
                first = start
    return first


POSTAL = Family(frozenset({"address"}), _found, _open_at)
