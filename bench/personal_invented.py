# SPDX-License-Identifier: Apache-2.0
"""Invented numbers, names and addresses of people who do not exist, the same for the same seed.

Check digits are found here in other ways than in the product, so that a wrong check there is not
repeated by its judge.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

HEX = "0123456789abcdef"
REGIONS = ("110105", "120101", "130102", "210102", "310115", "320102", "330106", "440305", "610102")
RANGES = tuple(map(str, (130, 135, 138, 139, 147, 150, 158, 166, 177, 181, 186, 189, 191, 199)))
CARDS = ("622202", "621700", "622848", "625912", "621226", "623052")
CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PLATE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PLATE_HEADS = "京沪粤浙苏鲁川鄂闽湘"
FAMILY_NAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾"
    "丁魏薛叶阎余潘杜戴夏"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文辉力志永健世广海山仁波宁贵福生龙"
    "元全国胜学祥才发武新利清飞彬富顺信子浩宇轩涵梓欣怡雨晨佳雪思嘉俊凯瑞泽昊天博然一诺可心安若"
    "语桐晓萌婷琪瑶洁莹琳"
)
CITIES = [
    "浙江省杭州市",
    "江苏省苏州市",
    "广东省深圳市",
    "四川省成都市",
    "湖北省武汉市",
    "山东省青岛市",
    "北京市",
    "上海市",
    "福建省厦门市",
    "陕西省西安市",
    "内蒙古自治区呼和浩特市",
    "广西壮族自治区南宁市",
    "杭州",
    "成都市",
    "长沙市",
]
AREAS = ["滨湖区", "新安区", "东城区", "高新区", "南山区", "江北区", "城关区", "龙泉区"]
ROADS = [
    "文一西路",
    "建设大道",
    "解放路",
    "和平街",
    "学院路",
    "中山北路",
    "科技二路",
    "湖滨大道",
    "人民东路",
    "青年街",
]
ROOMS = ["", "", "3栋402室", "2单元1101室", "12号楼5单元601", "A座1203室"]


class Draws:
    """Numbers drawn from a seed."""

    def __init__(self, seed: str) -> None:
        """Begin the sequence of this seed."""
        self._seed, self._count = seed.encode(), 0

    def below(self, limit: int) -> int:
        """A number from 0."""
        self._count += 1
        block = hashlib.sha256(self._seed + self._count.to_bytes(8, "big")).digest()
        return int.from_bytes(block[:8], "big") % limit

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`."""
        return low + self.below(high - low + 1)

    def pick(self, things: Sequence[T]) -> T:
        """One of them."""
        return things[self.below(len(things))]

    def signs(self, size: int, alphabet: str = string.digits) -> str:
        """That many characters."""
        return "".join(self.pick(alphabet) for _ in range(size))


def birthday(draws: Draws) -> str:
    """Eight digits."""
    return f"{draws.between(1940, 2015)}{draws.between(1, 12):02}{draws.between(1, 28):02}"


def resident_id(draws: Draws) -> str:
    """18 characters; the last by the recurrence of ISO 7064, MOD 11-2."""
    body = draws.pick(REGIONS) + birthday(draws) + draws.signs(3)
    value = 0
    for digit in body:
        value = (value + int(digit)) * 2 % 11
    return body + "0123456789X"[(12 - value) % 11]


def old_resident_id(draws: Draws) -> str:
    """15 digits without a check."""
    return draws.pick(REGIONS) + birthday(draws)[2:] + draws.signs(3)


def luhn(number: str) -> bool:
    """ISO/IEC 7812 by a table of doubled digits."""
    signs = ["0246813579"[int(one)] if at % 2 else one for at, one in enumerate(number[::-1])]
    return sum(map(int, signs)) % 10 == 0


def card(draws: Draws) -> str:
    """A card of the domestic scheme; the check digit is found by trying."""
    head = draws.pick(CARDS)
    body = head + draws.signs(draws.pick([9, 12, 12]))
    return next(body + digit for digit in string.digits if luhn(body + digit))


def foreign_card(draws: Draws) -> str:
    """A card of another scheme."""
    body = draws.pick(["4", "51", "35"]) + draws.signs(15)
    return next(body[:15] + digit for digit in string.digits if luhn(body[:15] + digit))


def mobile(draws: Draws) -> str:
    """11 digits of a range that is in use."""
    return draws.pick(RANGES) + draws.signs(8)


def landline(draws: Draws) -> str:
    """Area, a dash, the number."""
    head = draws.pick(["010-8", "021-6", "028-8", "0571-8", "0755-2"])
    return head + draws.signs(7)


def hotline(draws: Draws) -> str:
    """Ten digits."""
    return draws.pick(["400", "800"]) + draws.signs(7)


def extension(draws: Draws) -> str:
    """What follows a landline number."""
    return draws.pick(["转", "-", " ext. ", "分机"]) + draws.signs(draws.between(3, 4))


def passport(draws: Draws) -> str:
    """Nine characters."""
    return (draws.pick(["E", "G", "EA", "EH", "EJ"]) + draws.signs(8))[:9]


def permit(draws: Draws) -> str:
    """Nine characters, of people from or on the way to Hong Kong and Macau."""
    return draws.pick("HMCW") + draws.signs(8)


def plate(draws: Draws) -> str:
    """Seven characters, one or two letters among the last five."""
    tails = [draws.signs(5), draws.signs(1, PLATE_SIGNS) + draws.signs(4), f"{draws.signs(3)}Q8"]
    return draws.pick(PLATE_HEADS) + draws.pick("ABCDEFGH") + draws.pick(tails)


def energy_plate(draws: Draws) -> str:
    """Eight characters, for small and for large vehicles of new energy."""
    tails = [f"D{draws.signs(5)}", f"F{draws.signs(5)}", f"{draws.signs(5)}D"]
    return draws.pick(PLATE_HEADS) + draws.pick("ABCDEFGH") + draws.pick(tails)


def credit_code(draws: Draws) -> str:
    """18 characters; the last is found by trying (GB 32100: a weighted sum modulo 31)."""
    body = draws.pick(["91", "92", "52"]) + draws.pick(REGIONS) + draws.signs(9, CODE_SIGNS)
    return next(body + one for one in CODE_SIGNS if _weighed(body + one) % 31 == 0)


def _weighed(code: str) -> int:
    weights = [pow(3, place) for place in range(17)]
    return sum(map(int.__mul__, map(CODE_SIGNS.index, code), [*weights, 1]))


def word(draws: Draws, signs: Sequence[str] = ("", "_", ".")) -> str:
    """Letters, a sign and digits."""
    head = draws.signs(draws.between(3, 6), string.ascii_lowercase)
    return head + draws.pick(signs) + draws.signs(3)


def email(draws: Draws) -> str:
    """At an invented domain."""
    domains = ["example.com", "example.cn", "mail.example.com.cn", "corp-example.net"]
    return f"{word(draws)}@{draws.pick(domains)}"


def wechat(draws: Draws) -> str:
    """An account with digits."""
    return word(draws, ("", "_", "-"))


def qq(draws: Draws) -> str:
    """Six to ten digits."""
    return draws.pick("123456789") + draws.signs(draws.between(5, 9))


def ipv4(draws: Draws) -> str:
    """An address in private or documentation ranges."""
    head = draws.pick(["192.168", "10.20", "203.0", "172.16"])
    return f"{head}.{draws.below(256)}.{draws.below(256)}"


def ipv6(draws: Draws) -> str:
    """Whole or shortened."""
    groups = [draws.signs(4, HEX) for _ in range(6)]
    short = f"2001:db8:{draws.below(9)}::{groups[0]}"
    return draws.pick([f"2001:db8:{':'.join(groups)}", short])


def mac(draws: Draws) -> str:
    """Six pairs, one of which holds a letter."""
    pairs = [draws.signs(2, HEX) for _ in range(4)]
    return ":".join([f"a{draws.below(10)}", *pairs, draws.signs(2)])


def name(draws: Draws) -> str:
    """One in six has one given character, one in fifty a double family name."""
    family = draws.pick(FAMILY_NAMES) if draws.below(50) else "欧阳"
    return family + draws.signs(2 if draws.below(6) else 1, GIVEN)


def local_address(draws: Draws) -> str:
    """District, road, number, sometimes a room."""
    number = f"{draws.between(1, 900)}号{draws.pick(ROOMS)}"
    return draws.pick(AREAS) + draws.pick(ROADS) + number


def address(draws: Draws) -> str:
    """With province or city."""
    return draws.pick(CITIES) + local_address(draws)
