# SPDX-License-Identifier: Apache-2.0
"""Login names, labels and the ids by which apps name their end users: what they may consist of.

Two names that look alike to a reader in a hurry are one name: full width, case and composition do
not count, unseen characters and mixed alphabets are refused. No message repeats what was given.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from guiju.kernel import Invalid, Text

LONGEST_NAME = 64
LONGEST_LABEL = 60
LONGEST_END_USER = 256
_MARKS = frozenset("._-+@")
# Letters and marks that show nothing: fillers, joiners and variation selectors.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    chr(code)
    for first, last in ((0xFE00, 0xFE10), (0xE0100, 0xE01F0))
    for code in range(first, last)
}
# Alphabets whose letters pass for each other.
_ALPHABETS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE")


class Login(NamedTuple):
    """A login name as it is shown, and as it is compared."""

    shown: str
    folded: str


def login_name(given: str) -> Login:
    """The name that `given` stands for.

    Raises:
        Invalid: `name-invalid`: empty, too long, or of characters that mislead.
    """
    if len(given) > 4 * LONGEST_NAME:
        raise _unfit_name()
    shown = unicodedata.normalize("NFKC", given.strip())
    if not 0 < len(shown) <= LONGEST_NAME or not all(_may_stand(one) for one in shown):
        raise _unfit_name()
    if not shown[0].isalnum() or _is_mixed(shown):
        raise _unfit_name()
    return Login(shown, folded(shown))


def folded(name: str) -> str:
    """`name` without differences of case, width and composition; folding twice changes nothing."""
    now, before = unicodedata.normalize("NFKC", name), ""
    while now != before:
        before, now = now, unicodedata.normalize("NFKC", now.casefold())
    return now


def label(given: str) -> str:
    """A short label that somebody gave to a key or an app; raises Invalid `label-invalid`."""
    said = given.strip()
    if len(said) > LONGEST_LABEL or not said.isprintable():
        raise _unfit_label()
    return said


def app_name(given: str) -> str:
    """The name of an app, which says something; raises Invalid `label-invalid`."""
    said = unicodedata.normalize("NFKC", label(given))
    if not any(one.isalnum() for one in said):
        raise _unfit_label()
    return said


def end_user(given: str | None) -> str:
    """An app's own id of its end user, compared as it is.

    Raises:
        Invalid: `user-missing` or `user-invalid`.
    """
    if not given:
        raise Invalid(
            "user-missing",
            Text(
                zh="应用密钥的请求没有写明最终用户。",
                en="A request with an app key must name the end user.",
            ),
            Text(
                zh="请填写 safety_identifier（或 user，或请求头 X-Guiju-User）。",
                en="Set safety_identifier (or user, or the header X-Guiju-User).",
            ),
            article=9,
            param="safety_identifier",
        )
    if len(given) > LONGEST_END_USER or not given.isprintable():
        raise Invalid(
            "user-invalid",
            Text(
                zh=f"最终用户标识最长 {LONGEST_END_USER} 个可见字符。",
                en=f"An end user's id has at most {LONGEST_END_USER} printable characters.",
            ),
            Text(zh="请使用稳定的内部编号。", en="Use a stable internal number of yours."),
            param="safety_identifier",
        )
    return given


def _may_stand(one: str) -> bool:
    return (unicodedata.category(one)[0] in "LNM" or one in _MARKS) and one not in _UNSEEN


def _is_mixed(name: str) -> bool:
    first_words = {unicodedata.name(one, "").partition(" ")[0] for one in name if one.isalpha()}
    return len(first_words.intersection(_ALPHABETS)) > 1


def _unfit_name() -> Invalid:
    return Invalid(
        "name-invalid",
        Text(
            zh=f"登录名为 1 至 {LONGEST_NAME} 个字符，由同一种文字的字母、数字和 . _ - + @ 组成。",
            en=f"A login name has 1 to {LONGEST_NAME} characters: letters of one alphabet, digits "
            "and . _ - + @.",
        ),
        Text(zh="请换一个登录名。", en="Choose another name."),
        param="name",
    )


def _unfit_label() -> Invalid:
    return Invalid(
        "label-invalid",
        Text(
            zh=f"名称最长 {LONGEST_LABEL} 个可见字符。",
            en=f"A label has at most {LONGEST_LABEL} printable characters.",
        ),
        Text(zh="请换一个名称。", en="Choose another one."),
        param="label",
    )
