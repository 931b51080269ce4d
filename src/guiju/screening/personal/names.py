# SPDX-License-Identifier: Apache-2.0
"""Names of people: a known family name where the text says that a name follows or has just come.

Without such a sign a name is not found: no list tells 高山 the person from 高山 the mountain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from guiju.screening.personal.model import Family, Raw

_SINGLE = (
    "王李张刘陈高杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏"
    "程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚"
    "邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左"
    "柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁房蒲滕屈饶"
    "解牟艾尤阳穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边"
)
_DOUBLE = "欧阳|上官|司马|诸葛|慕容|令狐|皇甫|东方|尉迟|公孙|端木|南宫|司徒|夏侯|轩辕"
# No part of a given name: what joins sentences, and what comes after a name.
_NEVER = (
    "的了在是有和与及或也都就不我你他她它们这那哪谁什么呢吗吧啊个些此其之电手住址号码男女岁年月"
    "日说叫做为但因且如则很太最已曾还又再没未能会要想应该得着过将往由从给对把被让请问今昨前后上"
    "下去到省市区县路街姓名系联收寄件货您吃"
)
_NEITHER = (
    "先生|女士|小姐|同学|老师|经理|医生|教授|主任|师傅|明天|明年|小时|身份|地址"
    "|时间|时候|性别|公司|单位|方式|信息|工作|人员|来自|来了|来到|微信|邮箱|职业"
    "|职务|出生|证件|正在|可以|生于|表示|认为|告诉|毕业|签名|签字|本人|同志|开始"
    "|通过|以及|以后"
)
_GIVEN = f"(?:(?!{_NEITHER}|[{_NEVER}])[\u4e00-\u9fff])"
_NAME = f"(?:(?:{_DOUBLE}){_GIVEN}{{1,2}}|[{_SINGLE}]{_GIVEN}{{1,2}})"
_SECOND = "[阳官马葛容狐甫方迟孙木宫徒侯辕]"
_FIRST = f"[{_SINGLE}欧上司诸慕令皇东尉公端南夏轩]"

# Only the first character is consumed, so that a search may begin anywhere.
_SURELY = "名|系人|件人|货人|叫|卡人|户名"
_PERHAPS = "主|请人|诉人|事人|责人|办人|护人|户|者|人|告|生|长|定代表人"
_INTRODUCED = re.compile(
    r"[姓联收寄我名户持申投当负经监客患病原被学家法开]"
    rf"(?=(?:(?:{_SURELY})(?:姓名)?(?:[:为是叫]{{1,2}}| )? ?|(?:{_PERHAPS})(?:姓名)?: ?)({_NAME}))"
)
_TITLES = ("先生", "女士", "小姐(?!姐)")
_TITLED = re.compile(
    rf"(?=({_NAME})(?:{'|'.join(_TITLES)}))(?:[{_SINGLE}]|{_DOUBLE})(?<![感多谢]谢)"
)
_LISTED = re.compile(
    rf"{_FIRST}(?<![\u4e00-\u9fff].)(?<=(?=({_NAME})[ ,:、(]{{0,2}}"
    r"(?:电话|手机|身份证|联系|tel|1[3-9][0-9]{3}|\+86)).)"
)
_SIGNED = re.compile(r"[0-9]|电话|手机|身份证|联系|tel")
_MOST_AHEAD = 12
_OPEN = re.compile(
    rf"{_FIRST}(?:(?:{_SECOND}|{_GIVEN})(?:{_GIVEN}){{0,2}})?"
    r"(?:先|女|小姐?|[ ,:、(]{0,2}(?:[电手联身]|身份|1(?:[3-9][0-9]{0,2})?|\+8?|te?)?)\Z"
)


def _found(text: str, low: int) -> Iterator[Raw]:
    for match in _INTRODUCED.finditer(text, max(0, low - 16)):
        if match.start(1) >= low:
            yield match.start(1), match.end(1), "name"
    if "先生" in text or "女士" in text or "小姐" in text:
        yield from ((one.start(), one.end(1), "name") for one in _TITLED.finditer(text, low))
    if _SIGNED.search(text):
        yield from ((one.start(), one.end(1), "name") for one in _LISTED.finditer(text, low))


def _open_at(text: str, low: int) -> int:
    match = _OPEN.search(text, max(low, len(text) - _MOST_AHEAD))
    return match.start() if match else len(text)


NAMES = Family(frozenset({"name"}), _found, _open_at)
