# SPDX-License-Identifier: Apache-2.0
"""Invented terms and eleven ways to disguise them, the same for the same seed.

Nothing here is asked of the product but how an ideograph is split: of the split characters the
figures say how well parts are put together again, not how many ideographs the table knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from bench.personal_invented import Draws
from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.phrases_dict import phrases_dict

# Of things in and around a house: no term made of them means anything.
SIGNS = (
    "山川湖海岛桥林松柏枫梅桃杏柳竹苗芽叶根茎枝棉麻稻麦粮糖盐酱醋茶酒杯盘碗瓶罐锅铲炉灶灯烛钟镜梳椅桌柜"
    "箱篮筐绳线针纽扣袜鞋帽衫裙裤围巾袋伞窗帘墙砖瓦梁柱楼梯栏杆院墙井渠堤坝船帆桨锚轮轴铃鼓琴笛弦谱棋牌"
    "砚墨笔纸砂粉漆胶绒绸缎纱织染缝剪锤钉锯刨锉铁铜银锡铅陶瓷玻璃珊瑚珍珠贝壳蚌虾蟹鱼鲤鲨鲸鹅鸭鸽鹤鹰燕雀"
    "蜂蝶蚁蝉蛙蛇龟兔狐狸猴猫狗驴骡骆驼鹿豹狮虎熊象犀浪涛泉溪潭池塘雾霜雪霞云雷电虹晴阴暖凉冻冰秋冬晨晚"
    "辆铺栈驿站港湾坡崖谷峰岭洞窟沙滩礁潮汐漩涡泡沫绿蓝紫橙棕灰淡浓圆扁厚薄轻软硬脆滑粗细宽窄陡凹凸歪斜"
)
LETTERS = ("bcdfghklmnprstvz", "aeiou")
BEFORE = ("今天我们在院子里看到", "他把这些东西叫作", "请问", "", "说明书第三页写着：", "see ")
AFTER = ("，然后就回去了。", "这个说法是从哪里来的？", "。", "", "吗", " ok")
KINDS = (
    "width",
    "traditional",
    "zero-width",
    "separators",
    "repeats",
    "homophone",
    "pinyin",
    "split",
    "look-alike",
    "emoji and digits",
    "mixed",
)
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
SEPARATORS = (" ", "  ", "*", "·", "-", "_", ".", "/", "|", "，", "。", "~", "#", "😀", "✨", "、")
# Found by looking, for each letter and ideograph; many more than one alphabet.
LOOKALIKES = {
    "a": "аα𝗮ᴀΑ",
    "b": "ЬƄ𝖻ʙΒ",
    "c": "сϲ𝚌ᴄⅽ",
    "d": "ԁ𝐝ᴅⅾ",
    "e": "еҽ𝒆ᴇΕ",
    "f": "𝖿ꜰϝ",
    "g": "ɡ𝗀ɢց",
    "h": "һհ𝗁ʜΗ",
    "i": "іι𝐢ɪΙ",
    "k": "к𝗄ᴋΚ",
    "l": "ⅼ𝗅ʟӏ",
    "m": "м𝗆ᴍΜⅿ",
    "n": "ո𝗇ɴΝ",
    "o": "оοօσ",
    "p": "рρ𝗉ᴘΡ",
    "r": "г𝗋ʀꮁ",
    "s": "ѕ𝗌ꜱႽ",
    "t": "т𝗍ᴛΤτ",
    "u": "υ𝗎ᴜսꭎ",
    "v": "ѵν𝗏ᴠⅴ",
    "z": "ᴢ𝗓Ζʐ",
    "口": "囗ロ",
    "山": "⼭",
    "木": "⽊朩",
    "水": "⽔氺",
    "鱼": "⻥",
    "马": "⻢",
    "车": "⻋",
    "贝": "⻉",
    "长": "⻓",
    "石": "⽯",
    "竹": "⽵",
    "瓦": "⽡",
    "冬": "夂",
    "梅": "莓",
    "根": "恨",
    "桃": "挑",
    "柏": "拍",
    "杯": "怀",
    "线": "钱",
    "针": "什",
    "船": "舶",
    "晴": "睛",
    "晚": "挽",
    "凉": "谅",
    "冻": "陈",
    "轮": "伦",
    "灯": "打",
    "茶": "荼",
    "巾": "币",
    "云": "去",
    "电": "甩",
    "秋": "伙",
    "斜": "科",
    "浪": "狼",
    "谷": "㕣",
}
LEET = {"a": "4@", "e": "3", "i": "1", "o": "0", "s": "5$", "t": "7", "l": "1", "b": "8"}
PICTURES = {
    "山": "⛰",
    "鱼": "🐟",
    "马": "🐴",
    "狗": "🐶",
    "猫": "🐱",
    "兔": "🐰",
    "虎": "🐯",
    "熊": "🐻",
    "象": "🐘",
    "龟": "🐢",
    "鸭": "🦆",
    "蜂": "🐝",
    "蚁": "🐜",
    "蛇": "🐍",
    "猴": "🐵",
    "狐": "🦊",
    "鹿": "🦌",
    "蝉": "🦗",
    "雪": "❄",
    "云": "☁",
    "电": "⚡",
    "虹": "🌈",
    "船": "🚢",
    "茶": "🍵",
    "酒": "🍺",
    "桃": "🍑",
    "盐": "🧂",
    "鼓": "🥁",
    "伞": "☂",
    "笔": "🖊",
    "帽": "🎩",
    "鞋": "👟",
    "裙": "👗",
    "灯": "💡",
    "钟": "⏰",
    "钉": "📌",
    "锤": "🔨",
}
DIGITS = ("零", "一", "二", "三", "四", "五", "六", "七", "八", "九")
Way: TypeAlias = Callable[[Draws, str], str]


class Disguised(NamedTuple):
    """A text that holds a term in disguise at `start:end`."""

    kind: str
    term: str
    text: str
    start: int
    end: int


def terms(seed: str, count: int, size: int, signs: str = SIGNS) -> list[str]:
    """Different terms of that many ideographs, none twice in a term."""
    draws, found = Draws(f"terms {seed} {size}"), dict[str, None]()
    while len(found) < count:
        term = draws.signs(size, signs)
        if len(set(term)) == size:
            found[term] = None
    return list(found)


def words(seed: str, count: int) -> list[str]:
    """Different words of Latin letters that no language holds, six or eight letters each."""
    draws, found = Draws(f"words {seed}"), dict[str, None]()
    while len(found) < count:
        pairs = draws.between(3, 4)
        found["".join(draws.signs(1, LETTERS[at % 2]) for at in range(pairs * 2))] = None
    return list(found)


def real_words(texts: Iterable[str]) -> dict[str, str]:
    """Words of two ideographs in these texts, each with the first text that holds it."""
    known = {one for one in phrases_dict if len(one) == len(set(one)) == 2}
    found: dict[str, str] = {}
    for text in texts:
        for pair in map("".join, pairwise(text)):
            if pair in known:
                found.setdefault(pair, text)
    return found


def disguised(kind: str, term: str, draws: Draws) -> Disguised | None:
    """A text with the term in this disguise; None when it has no such disguise."""
    shape = _WAYS[kind](draws, term)
    if shape == term:
        return None
    return _within(kind, term, shape, draws.pick(BEFORE), draws.pick(AFTER))


def disguised_in_place(kind: str, term: str, text: str, draws: Draws) -> Disguised | None:
    """A text that holds the term, in this disguise where it first stands; None as above."""
    shape, (before, _, after) = _WAYS[kind](draws, term), text.partition(term)
    return None if shape == term else _within(kind, term, shape, before, after)


def _within(kind: str, term: str, shape: str, before: str, after: str) -> Disguised:
    return Disguised(kind, term, before + shape + after, len(before), len(before) + len(shape))


def _widened(draws: Draws, term: str) -> str:
    if draws.below(2):
        return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in term)
    return "".join(chr(0x1D5D4 + ord(one) - 97 + 26) if "a" <= one <= "z" else one for one in term)


def _traditional(_: Draws, term: str) -> str:
    return "".join(str(_to_traditional().convert(one)) for one in term)


def _between(signs: str | tuple[str, ...]) -> Way:
    def way(draws: Draws, term: str) -> str:
        if draws.below(2):
            return draws.pick(signs).join(term)
        parts = [one + (draws.pick(signs) if draws.below(2) else "") for one in term[:-1]]
        return "".join((*parts[:-1], parts[-1][0], draws.pick(signs), term[-1]))

    return way


def _repeated(draws: Draws, term: str) -> str:
    often = [draws.between(1, 3) for _ in term]
    often[draws.below(len(term))] = draws.between(2, 5)
    return "".join(one * times for one, times in zip(term, often, strict=True))


def _sounding_alike(draws: Draws, term: str) -> str:
    """At least half of the ideographs are others that are said alike."""
    said = lazy_pinyin(term)
    keep = draws.below(len(term) // 2 + 1)
    kept = {draws.below(len(term)) for _ in range(keep)}
    return "".join(
        one if at in kept else draws.pick(_others(one, way) or one)
        for at, (one, way) in enumerate(zip(term, said, strict=True))
    )


def _others(sign: str, way: str) -> list[str]:
    return [one for one in _by_sound().get(way, ()) if one != sign]


def _in_letters(draws: Draws, term: str) -> str:
    """All in pinyin, joined, apart or with tones; or some of it."""
    said, style = lazy_pinyin(term), draws.below(4)
    if style == 0:
        return "".join(said)
    if style == 1:
        return " ".join(said)
    if style == 2:
        return "".join(lazy_pinyin(term, style=Style.TONE))
    chosen = {draws.below(len(term)) for _ in range(2)}
    return "".join(
        way if at in chosen else one for at, (one, way) in enumerate(zip(term, said, strict=True))
    )


def _split(draws: Draws, term: str) -> str:
    """One or two ideographs in parts, now and then with a space between."""
    places = [at for at, one in enumerate(term) if one in _parts()]
    if not places:
        return term
    chosen = {draws.pick(places) for _ in range(2)}
    gap = draws.pick(("", "", " "))
    return "".join(gap.join(_parts()[one]) if at in chosen else one for at, one in enumerate(term))


def _looking_alike(draws: Draws, term: str) -> str:
    """Every character, or every second one, by another that looks like it."""
    step = draws.between(1, 2)
    return "".join(
        draws.pick(LOOKALIKES.get(one, one)) if at % step == 0 else one
        for at, one in enumerate(term)
    )


def _in_pictures(draws: Draws, term: str) -> str:
    """Pictures and digits for ideographs; digits, flags or keycaps for letters."""
    if not term.isascii():
        numbers = {lazy_pinyin(one)[0]: str(value) for value, one in enumerate(DIGITS)}
        said = zip(term, lazy_pinyin(term), strict=True)
        return "".join(PICTURES.get(one) or numbers.get(way, one) for one, way in said)
    if draws.below(4) == 0:
        return " ".join(chr(0x1F1E6 + ord(one) - 97) for one in term)
    keycap = draws.pick(("", "", "\ufe0f\u20e3"))
    signs = (draws.pick(LEET[one]) if one in LEET and draws.below(2) else one for one in term)
    return "".join(one + keycap if one.isdigit() else one for one in signs)


def _mixed(draws: Draws, term: str) -> str:
    """Each character in a disguise of its own."""
    ways = ("sound", "letters", "traditional", "unseen", "separator", "")
    return "".join(_one_of(draws, draws.pick(ways), one) for one in term[:-1]) + term[-1]


def _one_of(draws: Draws, way: str, sign: str) -> str:
    if way == "sound":
        return draws.pick(_by_sound()[lazy_pinyin(sign)[0]])
    if way == "letters":
        return lazy_pinyin(sign)[0]
    if way == "traditional":
        return _traditional(draws, sign)
    return sign + {"unseen": "\u200b", "separator": "*"}.get(way, "")


_WAYS: dict[str, Way] = {
    "width": _widened,
    "traditional": _traditional,
    "zero-width": _between(UNSEEN),
    "separators": _between(SEPARATORS),
    "repeats": _repeated,
    "homophone": _sounding_alike,
    "pinyin": _in_letters,
    "split": _split,
    "look-alike": _looking_alike,
    "emoji and digits": _in_pictures,
    "mixed": _mixed,
}


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


@cache
def _by_sound() -> dict[str, list[str]]:
    """The common ideographs that are mostly said so: the first level of GB 2312."""
    found: dict[str, list[str]] = {}
    for code in range(0xB0A1, 0xD7FA):
        data = code.to_bytes(2, "big")
        if data[1] < 0xA1 or data[1] == 0xFF:
            continue
        sign = data.decode("gb2312")
        found.setdefault(pinyin(sign, style=Style.NORMAL)[0][0], []).append(sign)
    return found


@cache
def _parts() -> dict[str, str]:
    lines = files("guiju.screening").joinpath("parts.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {row[0]: row[1] for row in rows if len(row[1]) > 1}
