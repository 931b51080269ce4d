# SPDX-License-Identifier: Apache-2.0
"""The check digits and dates by which a number proves to be what it looks like."""

from __future__ import annotations

from calendar import monthrange

_MONTHS = 12
_ID_WEIGHTS = tuple(pow(2, place, 11) for place in range(17, 0, -1))
_ID_CHECKS = "10X98765432"
# GB/T 2260: the first two digits of a division code.
_REGIONS = frozenset(
    f"{tens}{ones}"
    for tens, all_ones in enumerate(
        ("", "12345", "123", "1234567", "123456", "01234", "12345", "1", "123", "1")
    )
    for ones in all_ones
)
_NATIONAL = "10"
_YEARS = range(1900, 2100)

# GB 32100: digits and capitals without I, O, S, V, Z.
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_BASE = len(_CODE_ALPHABET)
_CODE_WEIGHTS = tuple(pow(3, place, _CODE_BASE) for place in range(17))
# Who registers, and the kinds of organisations each registers.
_KINDS_BY_REGISTER = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "123459",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "1239",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
_REGISTERS = frozenset(
    register + kind for register, kinds in _KINDS_BY_REGISTER.items() for kind in kinds
)


def is_region(code: str) -> bool:
    """Whether a division code begins as one of a province does."""
    return code[:2] in _REGIONS


def is_date(year: int, month: int, day: int) -> bool:
    """Whether a person may have been born on that day."""
    return year in _YEARS and 1 <= month <= _MONTHS and 1 <= day <= monthrange(year, month)[1]


def is_resident_id(number: str) -> bool:
    """Whether the 18 characters are a resident identity number (GB 11643: region, date, check)."""
    body = number[:17]
    born = is_date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    return born and is_region(body) and number[17] == resident_check(body)


def resident_check(body: str) -> str:
    """The check character of the first 17 digits (ISO 7064, MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, body, strict=True))
    return _ID_CHECKS[total % 11]


def is_old_resident_id(number: str) -> bool:
    """Whether the 15 digits are an identity number of the old form, which has no check digit."""
    born = is_date(1900 + int(number[6:8]), int(number[8:10]), int(number[10:12]))
    return born and is_region(number)


def passes_luhn(number: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812)."""
    ones, twos = number[-1::-2], number[-2::-2]
    total = sum(map(int, ones)) + sum(sum(divmod(2 * int(digit), 10)) for digit in twos)
    return total % 10 == 0


def is_credit_code(code: str) -> bool:
    """Whether the 18 capitals and digits are a unified social credit code (GB 32100)."""
    if code[:2] not in _REGISTERS or not (is_region(code[2:]) or code[2:4] == _NATIONAL):
        return False
    return code[17] == credit_check(code[:17])


def credit_check(body: str) -> str:
    """The check character of the first 17 characters (modulo 31)."""
    total = sum(
        weight * _CODE_ALPHABET.index(one) for weight, one in zip(_CODE_WEIGHTS, body, strict=True)
    )
    return _CODE_ALPHABET[-total % _CODE_BASE]
