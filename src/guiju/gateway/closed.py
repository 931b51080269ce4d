# SPDX-License-Identifier: Apache-2.0
"""What is told where a door is closed: another route, another method, a service that stops."""

from __future__ import annotations

from collections.abc import Iterable

from guiju.kernel import Invalid, NotFound, Text, Unavailable


def stopping() -> Unavailable:
    """`service-stopping`: a stop has begun."""
    return Unavailable(
        "service-stopping",
        Text(zh="服务正在停止。", en="The service is stopping."),
        Text(zh="请稍后重试。", en="Try again shortly."),
    )


def closed_route(path: str, open_routes: Iterable[str]) -> NotFound:
    """`route-not-screened`: what cannot be screened is closed, and what is open is named."""
    if path == "/v1/messages/count_tokens":
        return _not_counted()
    *most, last = open_routes
    return NotFound(
        "route-not-screened",
        Text(
            zh=f"路由 {path[:80]} 没有审查能力，因此不开放，也不会转发。",
            en=f"The route {path[:80]} cannot be screened, so it is closed and never passed on.",
        ),
        Text(
            zh=f"可用：{'、'.join([*most, last])}。",
            en=f"Open are {', '.join(most)} and {last}.",
        ),
        article=4,
    )


def _not_counted() -> NotFound:
    return NotFound(
        "route-not-offered",
        Text(
            zh="只有模型自己的分词器能计数，而模型服务没有这样的接口。",
            en="Only a model's own tokenizer can count, and model services have no route for it.",
        ),
        Text(
            zh="每个回答的 usage 中有实际用量；预估请按字数。",
            en="What was used stands in the usage of each answer; estimate by characters.",
        ),
    )


def wrong_method(method: str, *allowed: str) -> Invalid:
    """`method-not-allowed`: 405 with what the route takes."""
    names = ", ".join(allowed)
    return Invalid(
        "method-not-allowed",
        Text(zh=f"该路由不接受 {method[:10]}。", en=f"This route does not take {method[:10]}."),
        Text(zh=f"请使用 {names}。", en=f"Use {names}."),
        status=405,
    )
