# SPDX-License-Identifier: Apache-2.0
"""What a statement is made of: models, filings and ways to complain, each read strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from guiju.kernel import Form

_NAME = 200
_ADDRESS = 500
_LINK = re.compile(r"https?://[^\s\"'<>\\]+")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{2,30}")


class AudienceKind(StrEnum):
    """Whom the service is for, in one word."""

    PUBLIC = "public"
    ADULTS = "adults"
    ORGANISATIONS = "organisations"


class Origin(StrEnum):
    """Whose a model behind the service is."""

    OWN = "own"
    TUNED = "tuned"
    THIRD_PARTY = "third-party"


class FilingKind(StrEnum):
    """What was filed with an authority."""

    GENAI_FILING = "genai-filing"
    GENAI_REGISTRATION = "genai-registration"
    ALGORITHM_FILING = "algorithm-filing"
    ICP = "icp"
    PERMIT = "permit"


class WayKind(StrEnum):
    """How a complaint can reach the provider."""

    PHONE = "phone"
    EMAIL = "email"
    WEB = "web"
    SMS = "sms"
    POST = "post"


# What each way must look like: enough to catch a slip, and to keep script out of a link.
_LOOKS = {
    WayKind.PHONE: _NUMBER,
    WayKind.SMS: _NUMBER,
    WayKind.EMAIL: re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+"),
    WayKind.WEB: re.compile(rf"{_LINK.pattern}|/(?![/\\])[^\s\"'<>\\]*"),
    WayKind.POST: re.compile(r"(?s).+"),
}


@dataclass(frozen=True, slots=True)
class ModelBehind:
    """A model behind the service; `filing` is its own filing number, None when it is not filed.

    `supplier` is whose it is, where that is not the provider.
    """

    name: str
    origin: Origin
    filing: str | None
    supplier: str | None = None

    @classmethod
    def from_form(cls, form: Form) -> ModelBehind:
        """Read `{ name, origin, filing?, supplier? }`."""
        name = form.text("name", longest=_NAME)
        origin = Origin(form.word("origin", list(Origin)))
        filing = form.text("filing", longest=_NAME) if form.has("filing") else None
        supplier = form.text("supplier", longest=_NAME) if form.has("supplier") else None
        form.done()
        return cls(name, origin, filing, supplier)


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing or registration of the service; `link` is where the authority shows it."""

    kind: FilingKind
    number: str
    link: str | None

    @classmethod
    def from_form(cls, form: Form) -> Filing:
        """Read `{ kind, number, link? }`."""
        kind = FilingKind(form.word("kind", list(FilingKind)))
        number = form.text("number", longest=_NAME)
        link = form.text("link") if form.has("link") else None
        form.done()
        if link is not None and not _LINK.fullmatch(link):
            raise form.fault("link", "应为 http(s) 网址", "must be an http(s) address")
        return cls(kind, number, link)


@dataclass(frozen=True, slots=True)
class ComplaintWay:
    """One way to complain; `address` is a number, a mail address, a link or a postal address."""

    kind: WayKind
    address: str

    @classmethod
    def from_form(cls, form: Form) -> ComplaintWay:
        """Read `{ kind, address }`; a web address may be a path of this service."""
        kind = WayKind(form.word("kind", list(WayKind)))
        address = form.text("address", longest=_ADDRESS)
        form.done()
        if not _LOOKS[kind].fullmatch(address):
            raise form.fault(
                "address", f"不像 {kind} 渠道的地址", f"does not look like a way by {kind}"
            )
        return cls(kind, address)
