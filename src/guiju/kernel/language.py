# SPDX-License-Identifier: Apache-2.0
"""Which of our two languages a reader gets, told from strings of the request alone."""

from __future__ import annotations

from guiju.kernel.text import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
DEFAULT: Language = "zh"
_NAMED = {str(one): one for one in LANGUAGES}


def choose_language(
    accept: str | None = None, *, asked: str | None = None, remembered: str | None = None
) -> Language:
    """What was asked for (`?lang=`), else what a cookie remembers, else `Accept-Language`.

    Who states no wish reads Chinese; who wishes for neither of the two reads English.
    """
    for wish in (asked, remembered):
        if wish is not None and (language := _NAMED.get(wish)) is not None:
            return language
    return _accepted(accept) if accept else DEFAULT


def _accepted(header: str) -> Language:
    if not header.strip():
        return DEFAULT
    best: Language = "en"
    weight = 0.0
    for part in header.split(","):
        tag, _, parameters = part.strip().partition(";")
        language = _language_of(tag)
        wanted = _weight(parameters)
        if language is not None and wanted > weight:
            best, weight = language, wanted
    return best


def _language_of(tag: str) -> Language | None:
    primary = tag.strip().lower().partition("-")[0]
    if primary == "*":
        return DEFAULT
    return next((one for one in LANGUAGES if one == primary), None)


def _weight(parameters: str) -> float:
    """The q-value, 1 when there is none; what cannot be read counts as not wanted."""
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
