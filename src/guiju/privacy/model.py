# SPDX-License-Identifier: Apache-2.0
"""What people may ask about their information, and how surely we must know who asks (Article 11).

Pure values and rules. What proof a request needs grows with the harm that a stranger could do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from guiju.kernel import Text

LONGEST_TEXT = 4_000
LONGEST_CONTACT = 200
HANDLER = "privacy-officer"
SECONDS = ("privacy-officer", "safety-officer", "accountable-person")
"""Who may be the other person before a key is destroyed."""


class Proof(IntEnum):
    """How it is known that somebody is who they say; the greater, the surer."""

    NONE = 0
    SESSION = 1
    RECENT = 2
    PAPERS = 3

    @property
    def text(self) -> Text:
        """As people read it."""
        return _PROOFS[self]


_PROOFS = {
    Proof.NONE: Text(zh="不需要", en="none"),
    Proof.SESSION: Text(zh="已登录", en="being signed in"),
    Proof.RECENT: Text(zh="登录并刚输入过密码", en="being signed in, and the password just now"),
    Proof.PAPERS: Text(zh="由工作人员核对的证明", en="a proof that staff has looked at"),
}


class Does(StrEnum):
    """How a request is carried out."""

    BY_HAND = "by-hand"
    COPY = "copy"
    ERASE = "erase"


class Wish(StrEnum):
    """What somebody asks for. Article 11 names five; the others are of the PIPL."""

    ACCESS = "access"
    COPY = "copy"
    CORRECT = "correct"
    SUPPLEMENT = "supplement"
    DELETE = "delete"
    WITHDRAW = "withdraw"
    EXPLAIN = "explain"
    CLOSE = "close"
    KIN = "kin"

    @property
    def terms(self) -> Terms:
        """What belongs to it."""
        return _TERMS[self]

    @property
    def text(self) -> Text:
        """As people read it."""
        return _TERMS[self].text


class Terms(NamedTuple):
    """Of one kind of request: its name, what it means, what proof, how, and on which ground.

    `words`: whether it makes no sense without any.
    """

    text: Text
    hint: Text
    proof: Proof
    does: tuple[Does, ...]
    ground: str
    words: bool = False


_TERMS = {
    Wish.ACCESS: Terms(
        Text(zh="查阅", en="See what is kept of me"),
        Text(
            zh="我们保存了哪些关于我的信息，谁看过。", en="What you keep about me, and who read it."
        ),
        Proof.RECENT,
        (Does.COPY,),
        "order15:11.2",
    ),
    Wish.COPY: Terms(
        Text(zh="复制", en="Get a copy"),
        Text(
            zh="可下载的压缩包：网页目录和 JSON 数据。",
            en="A package to download: a page to read it by, and JSON.",
        ),
        Proof.RECENT,
        (Does.COPY,),
        "order15:11.2",
    ),
    Wish.CORRECT: Terms(
        Text(zh="更正", en="Correct something"),
        Text(zh="哪里不对，应当是什么。", en="What is wrong, and what it should be."),
        Proof.SESSION,
        (Does.BY_HAND,),
        "order15:11.2",
        words=True,
    ),
    Wish.SUPPLEMENT: Terms(
        Text(zh="补充", en="Complete something"),
        Text(zh="缺少什么。", en="What is missing."),
        Proof.SESSION,
        (Does.BY_HAND,),
        "order15:11.2",
        words=True,
    ),
    Wish.DELETE: Terms(
        Text(zh="删除", en="Delete everything"),
        Text(
            zh="删除全部内容和姓名，账号随之停用，不可恢复。",
            en="All content and your name; the account ends with it. It cannot be undone.",
        ),
        Proof.RECENT,
        (Does.ERASE,),
        "order15:11.2",
    ),
    Wish.WITHDRAW: Terms(
        Text(zh="撤回同意", en="Withdraw a consent"),
        Text(zh="撤回哪一项同意。", en="Which consent."),
        Proof.SESSION,
        (Does.BY_HAND,),
        "pipl:15",
        words=True,
    ),
    Wish.EXPLAIN: Terms(
        Text(zh="解释规则", en="Have the rules explained"),
        Text(
            zh="请我们说明某项处理规则。",
            en="Ask us to explain a rule by which we handle information.",
        ),
        Proof.NONE,
        (Does.BY_HAND,),
        "pipl:48",
        words=True,
    ),
    Wish.CLOSE: Terms(
        Text(zh="注销账号", en="Close the account"),
        Text(
            zh="账号停用，信息按删除办理，不可恢复。",
            en="The account ends and what is kept is deleted. It cannot be undone.",
        ),
        Proof.RECENT,
        (Does.ERASE,),
        "order15:11.2",
    ),
    Wish.KIN: Terms(
        Text(zh="逝者近亲属的请求", en="For a relative who has died"),
        Text(
            zh="与逝者的关系、希望查阅、复制、更正还是删除。",
            en="How you are related, and whether you ask for a copy, a correction or deletion.",
        ),
        Proof.PAPERS,
        (Does.COPY, Does.ERASE, Does.BY_HAND),
        "pipl:49",
        words=True,
    ),
}


class Channel(StrEnum):
    """How a request came in."""

    WEB = "web"
    API = "api"
    STAFF = "staff"


class Outcome(StrEnum):
    """What a request led to."""

    FULFILLED = "fulfilled"
    PARTLY = "partly"
    REFUSED = "refused"

    @property
    def text(self) -> Text:
        """As people read it."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.FULFILLED: Text(zh="已照办", en="done as asked"),
    Outcome.PARTLY: Text(zh="部分照办", en="done in part"),
    Outcome.REFUSED: Text(zh="不予照办", en="not done"),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """A request as it is handed in, read and within limits. `person` None: not signed in.

    `consent` names the purpose of a consent that is withdrawn at once; empty: a person handles it.
    """

    wish: Wish
    text: str
    person: str | None = None
    proof: Proof = Proof.NONE
    contact: str = ""
    language: str = "zh"
    channel: Channel = Channel.WEB
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What may be listed of a request: no words. `person` by pseudonym, once it is known."""

    case: str
    number: str
    wish: Wish
    person: str | None
    proof: Proof
    channel: Channel
    language: str
    outcome: Outcome | None
    received_at: datetime

    @property
    def is_proved(self) -> bool:
        """Whether enough is known of who asks, for what they ask."""
        return self.proof >= self.wish.terms.proof and (
            self.person is not None or self.wish.terms.does == (Does.BY_HAND,)
        )


class Given(NamedTuple):
    """The words of who asked, opened."""

    text: str
    contact: str


class StepState(StrEnum):
    """Where one store stands in an erasure."""

    WAITING = "waiting"
    FAILED = "failed"
    HELD = "held"
    DONE = "done"

    @property
    def text(self) -> Text:
        """As people read it."""
        return _STEPS[self]


_STEPS = {
    StepState.WAITING: Text(zh="待办", en="to be done"),
    StepState.FAILED: Text(zh="失败，将重试", en="failed, tried again"),
    StepState.HELD: Text(zh="保全中", en="held"),
    StepState.DONE: Text(zh="完成", en="done"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One store, or the key, or the look afterwards. `gone`: how many things went so far."""

    case: str
    seq: int
    store: str
    state: StepState
    gone: int
    tries: int
    trouble: str | None
    next_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Package:
    """A copy that was made, or is being made. `token`: the digest of the link that counts now."""

    case: str
    person: str
    done: int
    total: int
    size: int
    digest: str
    tries: int
    trouble: str | None
    next_at: datetime
    made_at: datetime | None
    expires_at: datetime | None
    token: str | None
    fetched: int

    @property
    def is_ready(self) -> bool:
        """Whether it can be fetched, as far as it is concerned."""
        return self.made_at is not None


KEY, SCRUB, LOOK, PAPER = "key", "scrub", "look", "certificate"
"""What an erasure does besides the stores, in this order after them."""
DEEDS = {
    KEY: Text(zh="销毁密钥", en="Destroy the key"),
    SCRUB: Text(zh="清除数据库残留", en="Clear what the database still holds of it"),
    LOOK: Text(zh="逐个复查", en="Look again in every store"),
    PAPER: Text(zh="出具证明", en="Make the certificate"),
}

Certificate = dict[str, Any]
SCHEMA = "guiju-erasure-certificate/1"
