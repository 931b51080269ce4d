# SPDX-License-Identifier: Apache-2.0
"""Identify: whose key is it, and for whom does an app speak (Article 9)?"""

from __future__ import annotations

from guiju.accounts import Caller
from guiju.gateway.signals import Command, LookUp
from guiju.gateway.work import Work
from guiju.kernel import Refused, Text


def identify(work: Work) -> tuple[Command, ...]:
    """Ask for the caller; raises Refused 401 `key-missing` when no key was shown."""
    if not work.ask.token:
        raise no_key()
    return (LookUp(work.ask.token, work.end_user),)


def known(work: Work) -> Caller:
    """The caller that `identify` found; the stations after it never run without one."""
    if work.caller is None:
        raise RuntimeError("a station ran before the caller was identified")
    return work.caller


def no_key() -> Refused:
    """The request shows no key."""
    return Refused("key-missing", _NO_KEY, _SHOW_KEY, status=401)


_NO_KEY = Text(zh="请求没有携带密钥。", en="The request carries no key.")
_SHOW_KEY = Text(
    zh="请设置请求头 Authorization: Bearer gj-user-… 或 gj-app-…。",
    en="Set the header Authorization: Bearer gj-user-... or gj-app-...",
)
