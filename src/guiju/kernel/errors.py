# SPDX-License-Identifier: Apache-2.0
"""One tree of five errors, which callers treat differently.

GuijuError
 ├─ Refused       you may not: a rule, a right or a limit stands against it   403 (401, 429)
 ├─ NotFound      there is no such thing, or not for you                      404
 ├─ Conflict      the thing is not in the state that this needs               409
 ├─ Invalid       what was given cannot be read or is out of range            400
 └─ Unavailable   something that is needed is missing or down; nothing lost   503

A room adds a class only if someone catches it. The wire shape is made in `guiju.web.errors`
and, for the hot routes, in `guiju.gateway.reply`; both read the fields below.
"""

from __future__ import annotations

from typing import ClassVar

from guiju.kernel.text import Text


class GuijuError(Exception):
    """An error a person can act on: a stable code, what happened, what to do about it."""

    status: int = 500
    type: ClassVar[str] = "server_error"
    exit_status: ClassVar[int] = 2

    def __init__(
        self,
        code: str,
        what: Text,
        remedy: Text,
        *,
        article: int | None = None,
        param: str | None = None,
        case: str | None = None,
        status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`code` is a stable kebab-case word; `article` the article of the Measures behind it.

        `retry_after` is in how many seconds it may go better, for the header of that name.
        """
        super().__init__(f"{code}: {what.en} {remedy.en}")
        self.code = code
        self.what = what
        self.remedy = remedy
        self.article = article
        self.param = param
        self.case = case
        self.retry_after = retry_after
        if status is not None:
            self.status = status

    def message(self, language: str) -> str:
        """What happened and what to do, as one line in `language`."""
        gap = "" if language == "zh" else " "
        return f"{self.what.to(language)}{gap}{self.remedy.to(language)}"


class Refused(GuijuError):  # noqa: N818 - the tree reads as claims, not as "RefusedError"
    """You may not: a rule, a right or a limit stands against it."""

    status = 403
    type = "permission_error"
    exit_status = 1


class NotFound(GuijuError):  # noqa: N818 - as above
    """There is no such thing, or not for you."""

    status = 404
    type = "not_found_error"


class Conflict(GuijuError):  # noqa: N818 - as above
    """The thing is not in the state that this needs."""

    status = 409
    type = "conflict_error"
    exit_status = 1


class Invalid(GuijuError):  # noqa: N818 - as above
    """What was given cannot be read or is out of range."""

    status = 400
    type = "invalid_request_error"


class Unavailable(GuijuError):  # noqa: N818 - as above
    """Something that is needed is missing or down; nothing was lost."""

    status = 503
    type = "server_error"
    exit_status = 3
