# SPDX-License-Identifier: Apache-2.0
"""Consents: one for each purpose, given and withdrawn each by itself (Article 11; PIPL, Art. 14).

The default is no. What a person types may hold personal information, so training on it takes a
separate consent, and never comes with the agreement; switching it off is as near as switching on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guiju.kernel import Text, canonical, digest


class Purpose(StrEnum):
    """What a consent is for."""

    SERVICE = "service"
    TRAINING = "training"
    SENSITIVE = "sensitive"
    GUARDIAN = "guardian"

    @property
    def text(self) -> Text:
        """Its name for people."""
        return _NAMES[self]

    @property
    def asked(self) -> Text:
        """The words to which somebody says yes or no."""
        return _ASKED[self]

    @property
    def asked_digest(self) -> str:
        """The digest of those words, which each answer names."""
        return digest(canonical({"zh": self.asked.zh, "en": self.asked.en}))


_NAMES = {
    Purpose.SERVICE: Text(zh="提供服务", en="The service"),
    Purpose.TRAINING: Text(zh="用于训练", en="Training"),
    Purpose.SENSITIVE: Text(zh="处理敏感个人信息", en="Sensitive information"),
    Purpose.GUARDIAN: Text(zh="监护人同意（未满十四周岁）", en="A guardian's, under fourteen"),
}
_ASKED = {
    Purpose.SERVICE: Text(
        zh="按服务协议处理为提供服务所必需的信息。撤回后不能再使用服务，直到重新接受协议。",
        en="Handling what the service needs, as the agreement says. After a withdrawal the service"
        " cannot be used until the agreement is accepted again.",
    ),
    Purpose.TRAINING: Text(
        zh="把我的输入和得到的回答用于训练和改进模型。不同意不影响使用；随时可以关闭，"
        "关闭之后的内容不再用于训练。",
        en="Using my inputs and the answers to train and improve models. Saying no changes nothing"
        " about the service; it can be switched off at any time, and nothing said after that is"
        " used.",
    ),
    Purpose.SENSITIVE: Text(
        zh="处理我在使用中提供的敏感个人信息，例如健康、宗教信仰、行踪，只用于回答我的请求；"
        "在陪伴类服务中，还包括保存我说的话和得到的回答，并在我也同意训练时用于训练。"
        "请勿输入不必要的敏感信息。",
        en="Handling sensitive information that I give, such as on health, belief or whereabouts,"
        " only to answer me; with a companion also keeping what I say and am answered, and using"
        " it for training where I have consented to that too. Please type none that is not"
        " needed.",
    ),
    Purpose.GUARDIAN: Text(
        zh="作为监护人，同意被监护的未满十四周岁的未成年人使用本服务，并处理其个人信息。",
        en="As the guardian: that a child under fourteen uses the service, and that its personal"
        " information is handled.",
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A yes or no that is to be kept."""

    person: str
    purpose: Purpose
    given: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """One answer as it was kept: the `number`th that this person gave for this purpose.

    `asked` is the digest of the words; `by` is who answered: the person, their app, a guardian.
    """

    person: str
    purpose: Purpose
    number: int
    given: bool
    asked: str
    language: str
    way: str
    by: str
    at: datetime
