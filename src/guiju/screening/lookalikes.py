# SPDX-License-Identifier: Apache-2.0
"""Characters that pass for others: letters of other scripts, parts of ideographs, kana (Article 4).

Written by what the eye takes them for, a capital for itself where it looks like another letter than
its small form, because that is what a disguise counts on. Text in those scripts still meets terms
in them: both fold alike.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Phonetic, Cyrillic, Greek, Armenian, Cherokee, Lisu, Coptic, Canadian, runes; more by their name.
_LATIN = {
    "a": "ɑаαᎪꓮⲁᗩ⍺Λ",
    "b": "ƅвьβᏏᏴꓐⲃᗷᛒ",
    "c": "ɔсςᏟꓚⲥᑕↄ",
    "d": "ԁᎠᏧꓓꓒᗪᗞ",
    "e": "ɛɘеєҽεᎬꓰⲉᗴ℮",
    "f": "ɟϝքꓝᖴ",
    "g": "ɡԍցᏀᏳꓖ",
    "h": "һнΗհᎻᏂꓧⲏᕼ",
    "i": "ıɩіιᎥꓲⲓ",
    "j": "ȷјϳյᎫꓙᒍ",
    "k": "кκᏦꓗⲕᛕ",
    "l": "ӏլᏞꓡᒪ",
    "m": "мΜᎷꓟⲙᗰᛖ",
    "n": "пΝηոռꓠⲛᑎ",
    "o": "оοσօꓳⲟ",
    "p": "рρᏢꓑⲣᑭ",
    "q": "ԛզգ",
    "r": "гᎡᏒᎱꓣⲅᖇ",
    "s": "ѕՏᏕᏚႽⴝꓢᔕ",
    "t": "тτᎢꓔⲧ",
    "u": "цμυսᏌꓴᑌ",
    "v": "ѵνᏙꓦᐯ",
    "w": "шԝѡωաᎳᏔꓪᗯ",
    "x": "хχꓫⲭ᙭ᕁ",
    "y": "уүΥγᎩᎽꓬⲩ",
    "z": "ζᏃꓜ",
    "3": "зӡȝ",
}
# Each is followed by the ideograph it passes for: radicals, strokes, kana, rare forms.
_IDEOGRAPHS = (
    "⺀冫⺁厂⺂乙⺃乙⺄乙⺅亻⺆冂⺇几⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尢⺐尢⺑尢⺒巳⺓幺⺔彑⺕彐"
    "⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歹⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪疋⺫目⺬示"
    "⺭礻⺮竹⺯纟⺰纟⺱网⺲罒⺳网⺴网⺵网⺶羊⺷羊⺸羊⺹耂⺺聿⺻聿⺼月⺽臼⺾艹⺿艹⻀艹⻁虎"
    "⻂衤⻃覀⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑长⻒长⻓长⻔门⻕阜⻖阝"
    "⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞饣⻟饣⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫齐"
    "⻬齐⻭齿⻮齿⻯龙⻰龙⻱龟⻲龟"
    "㇀一㇐一㇑丨㇒丿㇔丶㇏丶㇚亅㇠乙㇟乚"
    "ー一エ工カ力タ夕ト卜ニ二ハ八ミ三ロ口チ千ネ礻オ才"
    "囗口囯国囻国囶国圀国氺水"
)
_NAMED = re.compile(
    r"(?:LATIN LETTER SMALL CAPITAL|LATIN SMALL LETTER (?:TURNED|REVERSED|SCRIPT)"
    r"|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER) ([A-Z])"
)


def lookalike(character: str) -> str:
    """What a character passes for; nothing if it is only itself."""
    if (found := _table().get(character)) is not None:
        return found
    named = _NAMED.fullmatch(unicodedata.name(character, ""))
    return named[1].lower() if named else ""


@cache
def ideographs() -> dict[str, str]:
    """What passes for an ideograph, and for which."""
    return dict(zip(_IDEOGRAPHS[::2], _IDEOGRAPHS[1::2], strict=True))


@cache
def _table() -> dict[str, str]:
    return ideographs() | {one: to for to, those in _LATIN.items() for one in those}
