# SPDX-License-Identifier: Apache-2.0
"""Texts that hold invented personal information, and where; and texts that only look like it."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from bench.personal_invented import HEX, Draws

from bench import personal_invented as invented

Write: TypeAlias = Callable[[str], str]
Make: TypeAlias = Callable[[Draws], str]


class Case(NamedTuple):
    """A text; `start` to `end` is of this kind, written in this form. A decoy has no kind."""

    text: str
    kind: str
    form: str
    start: int = 0
    end: int = 0


class Subject(NamedTuple):
    """What is invented, how it is written, and what stands around it."""

    kind: str
    form: str
    make: Make
    writes: dict[str, Write]
    carriers: Sequence[str]


def full_width(text: str) -> str:
    """Every ASCII character in full width."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def grouped(sizes: Sequence[int], sign: str) -> Write:
    """In groups of these sizes, the rest in the last."""

    def written(text: str) -> str:
        parts, at = [], 0
        for size in (*sizes, len(text)):
            parts.append(text[at : at + size])
            at += size
        return sign.join(filter(None, parts))

    return written


def spaced(text: str, size: int) -> str:
    """The letters, a space, the digits in groups of this size."""
    head = text.rstrip(string.digits)
    return f"{head} {grouped((size,), ' ')(text.removeprefix(head))}"


def in_groups(*sizes: int) -> dict[str, Write]:
    """The forms of a number that is written in groups of these sizes."""
    signs = {
        "spaces": " ",
        "thin spaces": "\u2009",
        "dashes": "-",
        "long dashes": "–",
        "dots": ".",
        "zero width": "\u200b",
    }
    return WIDE | {form: grouped(sizes, sign) for form, sign in signs.items()}


WIDE: dict[str, Write] = {"plain": str, "full width": full_width}
CASED = WIDE | {"lower case": str.lower}
LOOSE: dict[str, Write] = CASED | {
    "space": lambda text: spaced(text, 9),
    "groups": lambda text: spaced(text, 4),
}

# Glued to Chinese text or set apart, labelled or not.
ANYWHERE = (
    "昨天他把{}发给我了|麻烦登记一下{}谢谢|资料里写着{}你看看|我的是{}没错|({})|{}|一、{}；二、无"
)
CARD = "卡号{}户名保密|请转账到{}|我的银行卡是{}，别外传"
PHONE = "座机{}白天有人接|电话：{}|联系电话{}|传真是{}。"
PASSPORT = "护照号码{}有效|护照：{}|她的护照是{}请核对"
PERMIT = "回乡证{}已过期|港澳通行证号码：{}|港澳居民来往内地通行证{}"
TAIWAN = "台胞证号{}|台胞证：{}，请核对|台湾居民来往大陆通行证号码{}"
WECHAT = "微信号{}加我|我的微信：{}|微信{}备注来意|加v：{}|wechat: {} 谢谢|微信号是{}。"
QQ = "qq{}|QQ号：{}加我|扣扣{}|我的QQ是{}，常在线|QQ群{}欢迎"
HOST = "来自{}的请求|服务器ip：{}|从{}登录|({})"
CARD_OF_NETWORK = "mac地址{}|网卡是{}的那台|设备{}离线了"
NAMED = "姓名：{}|联系人{}，请核对|我叫{}，今年十八|收件人：{} 电话保密|名叫{}的学生|患者：{}，住院"
TITLED = "{}先生您好|感谢{}女士的来信|请问是{}小姐吗"
LISTED = "{} 13800138|{}，电话保密|{}（手机没有）"
IN_PROSE = "昨天{}和我去吃饭|这本书是{}写的|老板{}没有来"
PLACED = "寄到{}，谢谢|我住在{}。|收货地址：{}|从{}出发|{}"
ADDRESSED = "地址：{}|家住{}。|送到{}就行"


def _with_head(head: str) -> Make:
    return lambda draws: head + invented.mobile(draws)


def _bracketed(draws: Draws) -> str:
    return f"({invented.landline(draws).replace('-', ')')}"


def _solid(draws: Draws) -> str:
    return invented.landline(draws).replace("-", "")


def _extended(draws: Draws) -> str:
    return invented.landline(draws) + invented.extension(draws)


def _dashed_mac(draws: Draws) -> str:
    return invented.mac(draws).replace(":", "-")


def _table() -> Iterator[tuple[str, str, Make, dict[str, Write], str]]:
    cards, phones = in_groups(4, 4, 4, 4), in_groups(3, 4, 4)
    hotlines = {"dashes": grouped((3, 3), "-"), "spaces": grouped((3, 4), " ")}
    single = {"single": grouped((1,) * 11, " "), "3-3-5": grouped((3, 3), "-")}
    spaced: dict[str, Write] = {"spaces": lambda text: text.replace("@", " @ ")}
    pointed = CASED | {"dot": grouped((2,), "·"), "space": grouped((2,), " ")}
    ids = in_groups(6, 8, 4) | {"lower x": str.lower, "3-3-4-4-4": grouped((3, 3, 4, 4), " ")}
    yield "resident-id", "", invented.resident_id, ids, ANYWHERE
    yield "resident-id", "15 digits", invented.old_resident_id, in_groups(6, 6), ANYWHERE
    yield "bank-card", "", invented.card, cards, ANYWHERE
    yield "bank-card", "other schemes", invented.foreign_card, cards, CARD
    yield "mobile", "", invented.mobile, phones | single, ANYWHERE
    for head in ("+86", "86-", "0086 ", "(+86)", "+86 "):
        yield "mobile", head, _with_head(head), WIDE, ANYWHERE
    yield "landline", "", invented.landline, WIDE, ANYWHERE
    yield "landline", "no dash", _solid, WIDE, PHONE
    yield "landline", "brackets", _bracketed, WIDE, ANYWHERE
    yield "landline", "extension", _extended, WIDE, ANYWHERE
    yield "hotline", "", invented.hotline, hotlines, ANYWHERE
    yield "passport", "labelled", invented.passport, LOOSE, PASSPORT
    yield "hong-kong-macau-permit", "labelled", invented.permit, LOOSE, PERMIT
    yield "taiwan-permit", "labelled", lambda draws: draws.signs(8), WIDE, TAIWAN
    yield "plate", "", invented.plate, pointed, ANYWHERE
    yield "plate", "new energy", invented.energy_plate, pointed, ANYWHERE
    yield "email", "", invented.email, CASED | spaced, ANYWHERE
    yield "ip", "", invented.ipv4, WIDE, HOST
    yield "ip", "version 6", invented.ipv6, CASED, HOST
    yield "mac", "", invented.mac, CASED, CARD_OF_NETWORK
    yield "mac", "with dashes", _dashed_mac, CASED, CARD_OF_NETWORK
    yield "wechat", "labelled", invented.wechat, WIDE, WECHAT
    yield "qq", "labelled", invented.qq, WIDE, QQ
    yield "credit-code", "", invented.credit_code, CASED | in_groups(8, 9), ANYWHERE
    plain: dict[str, Write] = {"plain": str}
    yield "name", "labelled", invented.name, plain, NAMED
    yield "name", "titled", invented.name, plain, TITLED
    yield "name", "listed", invented.name, plain, LISTED
    yield "name", "in prose", invented.name, plain, IN_PROSE
    yield "address", "with city", invented.address, WIDE, PLACED
    yield "address", "labelled", invented.local_address, WIDE, ADDRESSED
    yield "address", "district only", invented.local_address, plain, "我在{}等你|{}"


def truth(each: int) -> Iterator[Case]:
    """`each` texts for each form of each kind."""
    for kind, form, make, writes, carriers in _table():
        for writing, write in writes.items():
            name = ", ".join(filter(None, (form, writing)))
            draws = Draws(f"{kind} {name}")
            for _ in range(each):
                before, after = draws.pick(carriers.split("|")).split("{}")
                thing = write(make(draws))
                start = len(before)
                yield Case(before + thing + after, kind, name, start, start + len(thing))


# -- what only looks like it ---------------------------------------------------------------------


def _uuid(draws: Draws) -> str:
    return "-".join(draws.signs(size, HEX) for size in (8, 4, 4, 4, 12))


def _moment(draws: Draws) -> str:
    day = f"{draws.between(1990, 2026)}-{draws.between(1, 12):02}-{draws.between(1, 28):02}"
    return f"{day} {draws.below(24):02}:{draws.below(60):02}:{draws.below(60):02}.{draws.signs(3)}"


def _order(draws: Draws) -> str:
    return f"20{draws.between(10, 26)}{draws.between(1, 12):02}" + draws.signs(draws.between(8, 14))


def _run(draws: Draws) -> str:
    """Digits that are nothing; eleven that begin like a mobile number could be one."""
    run = draws.pick("123456789") + draws.signs(draws.between(5, 24))
    return run if len(run) != len("13800138000") else "20" + run[2:]


def _version(draws: Draws) -> str:
    return ".".join(str(draws.below(30)) for _ in range(draws.between(2, 4)))


def _formula(draws: Draws) -> str:
    left, right = draws.signs(draws.between(4, 12)), draws.signs(draws.between(4, 11))
    return f"{draws.between(1, 9)}{left}*{right}={draws.between(1, 9)}{draws.signs(11)}"


def _price(draws: Draws) -> str:
    number = f"{draws.between(1, 9)}{draws.signs(draws.between(3, 10))}"
    return draws.pick([f"¥{number}", f"{number}.{draws.signs(2)}元", f"{number}元", f"US${number}"])


def _length(draws: Draws) -> str:
    return f"1{draws.pick('3456789')}{draws.signs(9)}{draws.pick(['元', '次', '个', '%', '万'])}"


DECOYS: dict[str, tuple[Make, str]] = {
    "labelled order": (_run, "订单号{}|流水号：{}|运单号{}已签收|order id: {}"),
    "mobile-like order": (invented.mobile, "订单号{}|流水号：{}|运单号{}|单号 {} 已发货"),
    "dated order": (_order, "编码{}|见{}号文|{}|查{}的进度"),
    "digits": (_run, "{}|共{}处|数字{}很长"),
    "price": (_price, "只要{}|价格{}包邮|合计{}"),
    "mobile-like amount": (_length, "一共{}|访问量{}"),
    "moment": (_moment, "{}|发生在{}左右|[{}] INFO start"),
    "seconds": (lambda draws: f"17{draws.signs(draws.pick([8, 11]))}", "时间戳{}|ts={}|{}"),
    "version": (_version, "版本{}|version {}|升级到v{}了|python=={}"),
    "hash": (lambda draws: draws.signs(draws.pick([32, 40, 64]), HEX), "sha {}|哈希{}|{}"),
    "uuid": (_uuid, "{}|请求{}失败|id={}"),
    "formula": (_formula, "{}|计算{}对吗"),
    "decimal": (lambda draws: f"{draws.below(400)}.{draws.signs(11)}", "{}|约等于{}|经度{}"),
    "book": (
        lambda draws: f"978-7-{draws.signs(3)}-{draws.signs(5)}-{draws.signs(1)}",
        "ISBN {}|书号{}",
    ),
    "bar code": (lambda draws: f"69{draws.signs(11)}", "条码{}|{}|扫{}"),
    "file": (lambda draws: f"IMG_{_order(draws)}.jpg", "{}|图片{}打不开"),
    "picture": (lambda draws: f"{invented.word(draws)}@2x.png", "{}|用{}替换"),
    "mention": (lambda draws: f"@{invented.word(draws)}", "{} 你好|感谢{}的分享"),
    "package": (lambda draws: f"{invented.word(draws)}@{_version(draws)}", "npm i {}|安装{}"),
    "scope": (lambda draws: f"std::{invented.word(draws)}::dec::add", "{}|调用{}"),
    "case": (
        lambda draws: f"(20{draws.signs(2)})京0{draws.signs(3)}民初{draws.signs(4)}号",
        "案号{}",
    ),
    "road": (lambda draws: draws.pick(invented.ROADS), "{}在修路|杭州的{}很美|北京{}堵车"),
    "prose": (lambda draws: draws.pick(invented.CITIES), "{}的经济在2024年增长了5%|从{}坐12号线"),
}
PROSE = (
    "高中同学先生们女士们都来了|我叫他明天来|联系人信息不完整|微信支付很方便"
    "|QQ音乐更新到12.3版|姓名和电话必填|向前走方便面|江山如画先生讲课|他的微信朋友圈"
    "|wechat official account|安全员先生是谁"
    "|金融市场在2024年第3季度|时间先生|请问王先生在吗"
)


def decoys(each: int) -> Iterator[Case]:
    """`each` texts of each sort without any personal information."""
    for form, (make, carriers) in DECOYS.items():
        draws = Draws(f"decoy {form}")
        for _ in range(each):
            yield Case(draws.pick(carriers.split("|")).replace("{}", make(draws)), "", form)
    for text in PROSE.split("|"):
        yield Case(text, "", "words")


def letters(draws: Draws, size: int) -> str:
    """Text that holds nothing at all, for measuring speed."""
    return draws.signs(size, string.ascii_lowercase + "    ")
