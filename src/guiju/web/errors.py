# SPDX-License-Identifier: Apache-2.0
"""The errors of HTTP itself; plain functions without a framework."""

from __future__ import annotations

from guiju.kernel import GuijuError, Invalid, NotFound, Refused, Text


def internal() -> GuijuError:
    """What is said of a fault of ours: nothing of its inside, only where to find it."""
    return GuijuError(
        "internal",
        Text(zh="服务内部出错，已记录。", en="Something went wrong here; it has been logged."),
        Text(
            zh="请稍后重试；求助时请附上请求编号。",
            en="Try again later; when you ask for help, give the request number.",
        ),
    )


def no_such_page() -> NotFound:
    """Nothing is served at this address."""
    return NotFound(
        "no-such-page",
        Text(zh="没有这个地址。", en="There is nothing at this address."),
        Text(
            zh="请检查地址，或从首页进入。", en="Check the address, or start from the first page."
        ),
    )


def wrong_method(method: str) -> Invalid:
    """The address exists, but not for this method."""
    shown = method[:12]
    return Invalid(
        "method-not-allowed",
        Text(zh=f"此地址不接受 {shown}。", en=f"This address does not take {shown}."),
        Text(
            zh="请从首页进入；接口说明见 /api/docs。",
            en="Start from the first page; for programs, /api/docs shows what is taken.",
        ),
        status=405,
    )


def unreadable(param: str, why: str) -> Invalid:
    """A parameter or body that cannot be read; `param` is its place, e.g. `query.page`."""
    return Invalid(
        "request-invalid",
        Text(zh=f"无法读取 {param}：{why}。", en=f"{param} cannot be read: {why}."),
        Text(zh="请更正后重试；格式见 /api/docs。", en="Correct it; /api/docs shows the form."),
        param=param,
    )


def too_large(most: int) -> Invalid:
    """The body is longer than `most` bytes, or does not say how long it is."""
    size = f"{most // (1024 * 1024)} MiB"
    return Invalid(
        "request-too-large",
        Text(zh="请求过大，或未注明长度。", en="The request is too large or gives no length."),
        Text(
            zh=f"请控制在 {size} 以内，并注明 Content-Length。",
            en=f"Keep it within {size}, and send its Content-Length.",
        ),
        status=413,
    )


def cross_site() -> Refused:
    """A form that another website sent in the visitor's name."""
    return Refused(
        "cross-site-refused",
        Text(
            zh="请求来自其他网站，未予受理。",
            en="The request came from another website; it was not accepted.",
        ),
        Text(zh="请在本站页面上操作。", en="Use the pages of this site."),
    )


def stale_form() -> Refused:
    """The form's token is missing or belongs to another session."""
    return Refused(
        "form-expired",
        Text(zh="表单已失效，未作任何更改。", en="The form has expired; nothing was changed."),
        Text(
            zh="请返回、刷新页面后再提交；仍不行时，请允许本站使用 Cookie。",
            en="Go back, reload the page and send it again; if that does not help, let this site "
            "keep cookies.",
        ),
    )


def sign_in_needed() -> Refused:
    """Nobody is signed in where somebody must be."""
    return Refused(
        "sign-in-needed",
        Text(zh="需要登录。", en="You need to sign in."),
        Text(zh="请登录后重试。", en="Sign in and try again."),
        status=401,
    )


def not_for_you(roles: tuple[str, ...]) -> Refused:
    """Whoever is signed in may not see or do this."""
    who = ", ".join(roles)
    return Refused(
        "role-needed",
        Text(zh="你的岗位不能使用此处。", en="Your role does not open this."),
        Text(
            zh=f"需要岗位：{who}。" if who else "请用工作人员账号在 /console/sign-in 登录。",
            en=f"It takes one of these roles: {who}."
            if who
            else "It is for staff, who sign in at /console/sign-in.",
        ),
    )
