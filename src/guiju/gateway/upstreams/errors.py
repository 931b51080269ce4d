# SPDX-License-Identifier: Apache-2.0
"""What a caller is told when no model answers; never in the words of a model service."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from guiju.gateway.upstreams.failing import FailedError
from guiju.kernel import GuijuError, Invalid, NotFound, Text, Unavailable

_MOST_NEAR = 3


def unavailable(after: int | None = None) -> GuijuError:
    """The model cannot be reached, broke off, or answered with nonsense.

    In `after` seconds it may go better.
    """
    return Unavailable(
        "upstream-unavailable",
        Text(zh="模型服务暂不可用。", en="The model service is not available."),
        Text(zh="请稍后重试；内容没有丢失。", en="Try again shortly; nothing was lost."),
        article=13,
        retry_after=after,
    )


def elsewhere() -> Unavailable:
    """A model service points to a file that does not lie with itself; nobody here goes there."""
    return Unavailable(
        "media-elsewhere",
        Text(
            zh="模型服务给出的文件地址不在其自身，不予抓取。",
            en="The model service names a file that lies elsewhere; it is not fetched.",
        ),
        Text(
            zh="请以 response_format 为 b64_json 请求，或联系服务方。",
            en="Ask with response_format b64_json, or tell the provider.",
        ),
        article=12,
        status=502,
    )


def no_such_job() -> NotFound:
    """There is no such film, or not for whoever asks, or whoever makes it has forgotten it."""
    return NotFound(
        "video-not-found",
        Text(zh="没有这段视频。", en="There is no such video."),
        Text(zh="请核对编号；GET /v1/videos 列出您的视频。", en="GET /v1/videos lists yours."),
    )


def told_of_job(error: FailedError) -> GuijuError:
    """Why whoever makes a film says nothing of it."""
    if error.reason == "missing":
        return no_such_job()
    return refused(error.status) if error.reason == "refused" else unavailable()


def refused(status: int) -> Invalid:
    """The model service understood the request and will not do it."""
    # What the upstream says about it is unscreened text, so only its status is passed on.
    return Invalid(
        "upstream-refused",
        Text(
            zh=f"模型服务拒绝了这个请求（状态 {status}）。",
            en=f"The model service refused this request (status {status}).",
        ),
        Text(
            zh="请核对模型名称和参数。",
            en="Check the model name and the parameters.",
        ),
        status=status if status in {400, 404, 413, 422} else 400,
    )


def no_such_model(name: str, known: Iterable[str] = ()) -> NotFound:
    """Nobody answers to this name; names like it are told."""
    near = get_close_matches(name, list(known), n=_MOST_NEAR)
    zh, en = ("、".join(near), " or ".join(near)) if near else ("", "")
    return NotFound(
        "model-not-found",
        Text(
            zh="没有这个模型" + (f"，是否指 {zh}？" if near else "。"),
            en="There is no such model" + (f"; did you mean {en}?" if near else "."),
        ),
        Text(zh="可用的模型见 GET /v1/models。", en="GET /v1/models lists those there are."),
        param="model",
    )
