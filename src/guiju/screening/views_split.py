# SPDX-License-Identifier: Apache-2.0
"""The split view: each ideograph as the parts it is made of, so that parts written apart meet.

A picture is taken for the ideograph it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from daachorse import CharwiseDoubleArrayAhoCorasick

from guiju.kernel import Text
from guiju.screening.plain import plain
from guiju.screening.views_seen import Ground, Seen, Spelt
from guiju.screening.views_spelling import Spelling
from guiju.screening.views_squeezed import PICTURES, Look, dropped

_SHORTEST = 2
# Each is followed by what it shows.
_PICTURES = (
    "🐴马🐎马🐮牛🐂牛🐄牛🐶狗🐕狗🐱猫🐷猪🐖猪🐔鸡🐓鸡🐭鼠🐀鼠🐰兔🐯虎🐲龙🐉龙🐍蛇🐑羊🐏羊🐐羊🐒猴🐵猴"
    "🐟鱼🐠鱼🐦鸟🦆鸭🦢鹅🐛虫🐜蚁🐝蜂🐢龟🐻熊🐘象🦌鹿🦊狐🐺狼🔥火💧水🌊浪🌙月🌛月🌞日☀日⭐星🌟星☁云"
    "🌧雨❄雪⚡电🌈虹💨风🌬风⛰山🌲树🌳树🌸花🌹花🌿草🍃叶🍵茶🍺酒🍷酒🍚饭🍜面🍉瓜🍑桃🥚蛋🧂盐🏠家🏡家"
    "🚪门🚗车🚲车🚢船⛵船✈机💰钱💵钱💴钱💎钻🔑钥🔒锁🔪刀🗡剑🔫枪💣弹💊药🩸血💀死👻鬼👹魔👼神👑王👄口👁目"
    "👀看👂耳👃鼻✋手🖐手👣足🦶足🦵腿🦴骨🦷牙❤心💗心🧠脑👶婴👦男👨男👧女👩女📖书📚书🖊笔✂剪🎵音🥁鼓"
    "👗裙🎩帽🧢帽👒帽👟鞋👞鞋👓镜🪞镜💡灯⏰钟⏱钟🕰钟☂伞☔伞🌂伞🔨锤🪓斧📌钉🪑椅🛏床🏮灯🪟窗🧱砖🚀箭✏笔🖌笔🎣钓"
)
_PICTURED = re.compile(f"[{PICTURES}]")
# Words of ordinary text that happen to be the parts of something, as counted in it.
_WORDS = (
    "女生人也人我不用人可人多人中人会人白人更比白人为人用户口人从人老人人人到中心人以人分人主女我人士不正人本"
    "人又女方女也木兰心不女子大可人建生日人每上下人直女老你心日军人力人至门口人需手是大力人曾子小手感人五人儿"
    "人两口多人二月工土豪言上门人非一马大广大手也人离人云女那金中人十分山手手人山口我人子日日心去人乃人尤立日"
    "手工人则人田手那又见言只女家衣库人王人旁言人水太土是厂里月要立女人专土里人方人介五口心生己心口那食我人立"
    "士心土寸人火水分人牛女支口儿口下木子二日女吴人具金月土方女又口十心同门各将大心真土不土文石更口少手罢火火"
    "力口人司女口木工人九口今人乍水少女干人奇水真土真心感心解手分人门人申人故小土米更人足口拉又又手参月生开刀"
    "门文手发女台人诸心白女少日每手皮手当月复日一手用门心人千车两口麻水也口可手比水先少目重火手斗手觉言普二小"
    "女古金秀人半女免心每示录人泰金甲人共口里人左能火心血水白比十女眉口非高几人木员力女因林女月星其土金白口马"
    "天口亡民羊大人同个个十八生男口大二人口才人支中中可可次女而女口人文武人鬼口元手数山山"
)


def has_no_parts(folded: str, dropped: str) -> bool:
    """Where nothing is shown, and no parts of an ideograph stand side by side, nothing is split."""
    return _shown(folded) is folded and not is_split(dropped)


def is_split(dropped: str) -> bool:
    """Whether parts of an ideograph stand side by side, and are no words."""
    return bool(_split().find(dropped))


def ground(look: Look) -> Ground:
    """The text without separators, with what pictures show."""
    shown = look.folded if look.is_plain else _shown(look.folded)
    if shown is not look.folded:
        look = Look(shown)
    return Ground(look.dropped, look.gaps)


def split(text: str) -> str:
    """The parts of each ideograph."""
    return _parts()(text)


def back(text: str) -> Spelt:
    """The way back from them."""
    return _parts().back(text)


def those() -> Iterator[tuple[str, str]]:
    """Parts, and the ideographs and pictures that are seen as them."""
    apart = _parts()
    yield from ((apart(one), one) for one in _table())
    for code, shown in _pictures().items():
        yield apart(chr(shown)), chr(code)


def keys(term: str) -> list[str]:
    """The parts of a term that holds an ideograph which can be split or shown."""
    text = dropped(_shown(term))
    key = _parts()(text)
    return [key] if key != text or not _depicted().isdisjoint(text) else []


def fits(term: str) -> Text | None:
    """One ideograph alone is too little to tell its parts from words."""
    if not keys(term):
        return Text(zh="没有可拆的字", en="it holds nothing that can be split")
    if sum(not one.isascii() for one in dropped(term)) >= _SHORTEST:
        return None
    return Text(
        zh=f"少于 {_SHORTEST} 个汉字",
        en=f"it has fewer than {_SHORTEST} ideographs",
    )


def shows_parts(sight: Seen, start: int, end: int) -> bool:
    """Whether a hit is whole ideographs, at least one of them split or shown."""
    if not sight.is_whole(start, end):
        return False
    begin, close = sight.span(start, end)
    hit = sight.folded[begin:close]
    return _shown(hit) != hit or is_split(dropped(hit))


def _shown(folded: str) -> str:
    """Pictures as the ideographs of what they show; the same text if it holds none."""
    if not _PICTURED.search(folded):
        return folded
    shown = folded.translate(_pictures())
    return folded if shown == folded else shown


@cache
def _table() -> dict[str, str]:
    """Each ideograph and its parts; of one part alone: what it stands for as a part."""
    lines = files("guiju.screening").joinpath("parts.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {row[0]: "".join(map(plain, row[1])) for row in rows}


@cache
def _split() -> CharwiseDoubleArrayAhoCorasick:
    """Finds the parts of an ideograph side by side, in both ways to write them, but no words."""
    table = _table()
    alike = {one: to for one, to in table.items() if len(to) == 1}
    parts = {to for to in table.values() if len(to) > 1}
    parts |= {"".join(alike.get(one, one) for one in to) for to in parts}
    words = {_WORDS[at : at + 2] for at in range(0, len(_WORDS), 2)}
    return CharwiseDoubleArrayAhoCorasick(sorted(parts - words))


@cache
def _parts() -> Spelling:
    """The last parts of each ideograph."""
    table = _table()

    def apart(character: str) -> str:
        parts = table.get(character)
        return character if parts is None else "".join(map(apart, parts))

    return Spelling({one: apart(one) for one in table})


@cache
def _pictures() -> dict[int, int]:
    return {ord(_PICTURES[at]): ord(_PICTURES[at + 1]) for at in range(0, len(_PICTURES), 2)}


@cache
def _depicted() -> frozenset[str]:
    return frozenset(_PICTURES[1::2])
