# SPDX-License-Identifier: Apache-2.0
"""The errors of signing in with another provider; none repeats what a token or address said."""

from __future__ import annotations

from guiju.kernel import Conflict, Invalid, NotFound, Refused, Text, Unavailable

_AGAIN = Text(
    zh="请重试；仍不行时，请用其他方式登录。",
    en="Try again; if that does not help, sign in another way.",
)


def no_such_provider() -> NotFound:
    """No provider has this name, or it was taken off."""
    return NotFound(
        "openid-provider-unknown",
        Text(zh="没有这个身份提供方。", en="There is no such provider of identities."),
        Text(zh="运行 guiju accounts openid list 查看。", en="See guiju accounts openid list."),
    )


def bad_setting(param: str, zh: str, en: str) -> Invalid:
    """A provider that cannot be set so."""
    return Invalid(
        "openid-invalid",
        Text(zh=f"{param} {zh}。", en=f"{param} {en}."),
        Text(zh="请更正后重试。", en="Correct it and try again."),
        param=param,
    )


def token_refused(why: str) -> Refused:
    """A token that does not hold; `why` is a word of ours for the log of evidence."""
    error = Refused(
        "openid-token-refused",
        Text(zh="身份提供方的令牌未能通过核验。", en="The provider's token could not be verified."),
        _AGAIN,
        status=401,
    )
    error.param = why
    return error


def provider_refused() -> Refused:
    """The provider itself says no, or its answer is for another."""
    return Refused(
        "openid-refused",
        Text(zh="身份提供方没有确认身份。", en="The provider did not vouch for you."),
        _AGAIN,
        status=401,
    )


def provider_away() -> Unavailable:
    """The provider cannot be reached, or says what nobody can read."""
    return Unavailable(
        "openid-unavailable",
        Text(
            zh="暂时无法联系身份提供方，未作任何更改。",
            en="The provider of identities cannot be reached; nothing was changed.",
        ),
        _AGAIN,
    )


class NotLinked(Refused):
    """Nobody's account is linked to this identity; by `ticket` a newcomer may register with it."""

    def __init__(self, ticket: str) -> None:
        """Remember the ticket; empty for staff, who do not register."""
        super().__init__(
            "openid-not-linked",
            Text(
                zh="没有账号关联到此身份。不会按邮箱或姓名自动关联。",
                en="No account is linked to this identity. None is found by mail address or name.",
            ),
            Text(
                zh="请先用其他方式登录，再在“登录与安全”中关联；没有账号的，请联系提供者开通。",
                en="Sign in another way and link it under sign-in and security; if you have no "
                "account, ask the provider for one.",
            ),
            status=401,
        )
        self.ticket = ticket


def linked_elsewhere() -> Conflict:
    """The identity belongs to an account already."""
    return Conflict(
        "openid-linked",
        Text(zh="此身份已关联到一个账号。", en="This identity is linked to an account already."),
        Text(zh="请先在那个账号中取消关联。", en="Remove the link there first."),
    )


def no_such_link() -> NotFound:
    """No link of this owner has this id."""
    return NotFound(
        "openid-link-not-found",
        Text(zh="没有这项关联。", en="There is no such link."),
        Text(zh="请刷新页面查看。", en="Reload the page to see those there are."),
    )
