# SPDX-License-Identifier: Apache-2.0
"""What a complaint is: what it is about, how it came, what the public was promised (Article 15).

Pure values and rules. Words of a complainant stand nowhere here in the clear but in `Given`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from guiju.casework import Unit
from guiju.kernel import Event, Text

LONGEST_TEXT = 4_000
LONGEST_ABOUT = 500
LONGEST_CONTACT = 200
HANDLERS = ("reviewer", "safety-officer")
_LEAST_ALIKE = 12
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,79}")


class Category(StrEnum):
    """What is wrong, by the five classes of harm; and what no class of harm says."""

    A1 = "A1"
    A2 = "A2"
    A3 = "A3"
    A4 = "A4"
    A5 = "A5"
    MINORS = "minors"
    SERVICE = "service"
    OTHER = "other"

    @property
    def text(self) -> Text:
        """As the public reads it."""
        return _CATEGORIES[self]


_CATEGORIES = {
    Category.A1: Text(
        zh="违法有害内容：暴力、色情、恐怖、虚假有害信息等",
        en="Unlawful or harmful content: violence, obscenity, terror, harmful falsehoods",
    ),
    Category.A2: Text(zh="歧视性内容", en="Discrimination"),
    Category.A3: Text(
        zh="侵犯知识产权、商业秘密或不正当竞争",
        en="Copyright, business secrets or unfair competition",
    ),
    Category.A4: Text(
        zh="侵犯个人权益：肖像、名誉、隐私、个人信息等",
        en="Rights of a person: likeness, reputation, privacy, personal information",
    ),
    Category.A5: Text(
        zh="内容错误、不可靠，可能造成后果", en="Wrong or unreliable content that may do harm"
    ),
    Category.MINORS: Text(zh="涉及未成年人", en="Minors are concerned"),
    Category.SERVICE: Text(
        zh="服务本身：账号、使用、被误拦等", en="The service: accounts, use, blocked by mistake"
    ),
    Category.OTHER: Text(zh="其他", en="Something else"),
}


class Channel(StrEnum):
    """How a complaint came in."""

    WEB = "web"
    API = "api"
    PHONE = "phone"
    MAIL = "mail"
    COUNTER = "counter"
    AUTHORITY = "authority"

    @property
    def text(self) -> Text:
        """As people read it."""
        return _CHANNELS[self]


_CHANNELS = {
    Channel.WEB: Text(zh="网页", en="web page"),
    Channel.API: Text(zh="接口", en="API"),
    Channel.PHONE: Text(zh="电话", en="telephone"),
    Channel.MAIL: Text(zh="邮件或信函", en="mail"),
    Channel.COUNTER: Text(zh="来访", en="in person"),
    Channel.AUTHORITY: Text(zh="主管部门转办", en="forwarded by an authority"),
}
BY_STAFF = (Channel.PHONE, Channel.MAIL, Channel.COUNTER, Channel.AUTHORITY)


class Outcome(StrEnum):
    """What a complaint led to."""

    UPHELD = "upheld"
    PARTLY = "partly-upheld"
    UNFOUNDED = "unfounded"
    DECLINED = "declined"
    TRANSFERRED = "transferred"

    @property
    def text(self) -> Text:
        """As people read it."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.UPHELD: Text(zh="成立", en="upheld"),
    Outcome.PARTLY: Text(zh="部分成立", en="upheld in part"),
    Outcome.UNFOUNDED: Text(zh="不成立", en="not upheld"),
    Outcome.DECLINED: Text(zh="不予受理", en="not accepted"),
    Outcome.TRANSFERRED: Text(zh="已转交", en="transferred"),
}
DECIDED = (Outcome.UPHELD, Outcome.PARTLY, Outcome.UNFOUNDED)
CONFIRMING = (Outcome.UPHELD, Outcome.PARTLY)


class Harmed(NamedTuple):
    """Which of the 31 harms of the standard is in which record."""

    harm: str
    request: str


@dataclass(frozen=True, slots=True)
class ComplaintUpheld(Event):
    """A person has found that a complaint is right: what follows for the content is due.

    `about`: the id of the answer or content, None when the complaint names none. `harmed`: what
    whoever decided found in a record that is still kept; None: neither is named.
    """

    case: str
    number: str
    about: str | None
    category: str
    outcome: str
    harmed: Harmed | None


class Attached(NamedTuple):
    """A file that was looked at and may be kept; `kind` is what its bytes are."""

    kind: str
    data: bytes


class Forwarded(NamedTuple):
    """What an authority said when it sent a complaint on: who, its number, and by when."""

    authority: str
    reference: str
    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Filing:
    """A complaint as it is handed in, read and within limits; see `reading`."""

    category: Category
    text: str
    about: str = ""
    contact: str = ""
    language: str = "zh"
    channel: Channel = Channel.WEB
    attached: tuple[Attached, ...] = ()
    forwarded: Forwarded | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What may be listed of a complaint. `cluster`: the first complaint that says the same."""

    case: str
    number: str
    category: Category
    channel: Channel
    language: str
    cluster: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """The words of a complainant, opened."""

    text: str
    about: str
    contact: str
    authority: str
    reference: str


class FileHead(NamedTuple):
    """An attachment without its bytes."""

    id: str
    ordinal: int
    kind: str
    size: int
    digest: str


class Way(NamedTuple):
    """One of the provider's channels."""

    kind: str
    at: str


class Authority(NamedTuple):
    """Where users may turn besides, at any time."""

    name: Text
    phone: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Process:
    """What the provider has promised the public; days are working days, `access_days` calendar."""

    version: int
    digest: str
    policy: str
    text: Text
    acceptance_days: int
    feedback_days: int
    answer_days: int
    reopen_days: int
    access_days: int
    ways: tuple[Way, ...]
    authorities: tuple[Authority, ...]

    @property
    def name(self) -> str:
        """As limits name it."""
        return f"complaints@{self.version}"

    @classmethod
    def read(cls, table: Mapping[str, Any], version: int, mark: str, policy: str) -> Process:
        """The `complaints` part of a policy that was checked."""
        return cls(
            version=version,
            digest=mark,
            policy=policy,
            text=Text(**table["process"]),
            acceptance_days=table["acceptance_days"],
            feedback_days=table["feedback_days"],
            answer_days=table["answer_days"],
            reopen_days=table["reopen_days"],
            access_days=table["access_days"],
            ways=tuple(Way(one["kind"], one["at"]) for one in table["channel"]),
            authorities=tuple(
                Authority(Text(**one["name"]), one.get("phone"), one.get("link"))
                for one in table["authority"]
            ),
        )


# Article 18 holds whatever a provider has published, so this stands where nothing else does.
AUTHORITIES = (
    Authority(
        Text(
            zh="中央网信办违法和不良信息举报中心",
            en="Reporting centre of the Cyberspace Administration of China",
        ),
        "12377",
        "https://www.12377.cn",
    ),
)


def named(about: str) -> str | None:
    """The id that a complaint names, when it is one of an answer or content; else None."""
    return about if _ID.fullmatch(about) else None


def folded(words: str) -> str:
    """Words as they count when two complaints are compared; empty when they say too little."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    kept = "".join(one for one in plain if one.isalnum())
    return kept if len(kept) >= _LEAST_ALIKE else ""
