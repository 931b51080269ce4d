# SPDX-License-Identifier: Apache-2.0
"""The 27-character provider code of TC260-PG-20252A and the credit code inside it (Article 12).

Nobody issues it: a provider builds it from its own unified social credit code (GB 32100).
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from guiju.kernel import Invalid, Text
from guiju.measures import rule

Service = Literal["1", "2"]
GENERATES: Service = "1"
PROPAGATES: Service = "2"

# GB 32100-2015: digits and capitals without I, O, S, V, Z, so that none is misread.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BASE = len(_ALPHABET)
_WEIGHTS = tuple(pow(3, place, _BASE) for place in range(17))


@dataclass(frozen=True, slots=True)
class ProducerCode:
    """A provider code in its parts."""

    uscc: str
    service: Service
    model: str

    def __str__(self) -> str:
        """The 27 characters."""
        return f"{_head()}{self.uscc}{self.service}{self.model}"


def producer_code(uscc: str, service: Service = GENERATES, model: str = "0001") -> str:
    """The code of the provider with this credit code, for one of its models or applications.

    Raises:
        Invalid: `credit-code-wrong` or `provider-code-wrong`.
    """
    return str(check_producer_code(f"{_head()}{check_uscc(uscc)}{service}{model}"))


@lru_cache(maxsize=256)  # files of one provider are checked by the thousand
def check_producer_code(code: str, service: Service | None = None) -> ProducerCode:
    """The parts of `code`, which must be whole; with `service` it must be a code for that.

    Raises:
        Invalid: `provider-code-wrong` or `credit-code-wrong`, naming the first wrong place.
    """
    length = rule("provider-code.length").number
    if len(code) != length:
        raise _wrong_code(code, f"应为 {length} 位", f"it must have {length} characters")
    head = _head()
    if not code.startswith(head):
        raise _wrong_code(code, f"第 1 至 4 位应为 {head}", f"places 1 to 4 must be {head}")
    subject = len(head) + rule("provider-code.subject.length").number
    uscc = check_uscc(code[len(head) : subject])
    return ProducerCode(uscc, _service(code, code[subject], service), _model(code, subject + 1))


def check_uscc(uscc: str) -> str:
    """`uscc` itself, if it is a unified social credit code with the right check character.

    Raises:
        Invalid: `credit-code-wrong`.
    """
    length = rule("provider-code.subject.length").number
    if len(uscc) != length:
        raise _wrong_uscc(f"应为 {length} 位", f"it must have {length} characters")
    for place, character in enumerate(uscc, start=1):
        if character not in _ALPHABET:
            raise _wrong_uscc(
                f"第 {place} 位不可为 {character}", f"place {place} cannot be {character!r}"
            )
    if uscc[-1] != check_character(uscc[:-1]):
        raise _wrong_uscc("校验码不符", "its check character does not fit")
    return uscc


def check_character(body: str) -> str:
    """The check character of the first 17 characters of a credit code (GB 32100, modulo 31)."""
    total = sum(weight * _ALPHABET.index(one) for weight, one in zip(_WEIGHTS, body, strict=True))
    return _ALPHABET[-total % _BASE]


def _head() -> str:
    """Format, type of subject and kind of binding: an organisation by its credit code."""
    parts = ("format.code", "subject.type", "binding.type")
    return "".join(str(rule(f"provider-code.{part}").value) for part in parts)


def _service(code: str, digit: str, wanted: Service | None) -> Service:
    for service in (GENERATES, PROPAGATES):
        if digit == service and wanted in {None, service}:
            return service
    allowed = wanted or rule("provider-code.service.type").value
    raise _wrong_code(
        code, f"第 23 位应为 {allowed}", f"place 23, the kind of service, must be {allowed}"
    )


def _model(code: str, start: int) -> str:
    model = code[start:]
    if set(model) <= set(string.digits + string.ascii_uppercase):
        return model
    raise _wrong_code(
        code,
        f"第 {start + 1} 位起的模型代码只用数字和大写字母",
        f"from place {start + 1} on, the model code has digits and capital letters only",
    )


def _wrong_code(code: str, zh: str, en: str) -> Invalid:
    return Invalid(
        "provider-code-wrong",
        Text(zh=f"服务提供者编码 {code} 有误：{zh}。", en=f"Provider code {code} is wrong: {en}."),
        Text(
            zh="编码由统一社会信用代码生成，请用 producer_code 得到。",
            en="It is built from the unified social credit code; let producer_code build it.",
        ),
        article=12,
    )


def _wrong_uscc(zh: str, en: str) -> Invalid:
    return Invalid(
        "credit-code-wrong",
        Text(
            zh=f"统一社会信用代码有误：{zh}。", en=f"The unified social credit code is wrong: {en}."
        ),
        Text(
            zh="请按营业执照核对十八位代码。",
            en="Compare the eighteen characters with the business licence.",
        ),
        article=12,
    )
