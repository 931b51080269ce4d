# SPDX-License-Identifier: Apache-2.0
r"""Escapes such as `\u4e00` hide a character from a screen, not from a model or a JSON parser."""

from __future__ import annotations

import re

# The two halves of a character beyond the first plane, or one character; more backslashes mean
# JSON inside JSON.
_HIDDEN = re.compile(
    r"\\+u([dD][89abAB][0-9a-fA-F]{2})\\+u([dD][c-fC-F][0-9a-fA-F]{2})|\\+u([0-9a-fA-F]{4})"
)
_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|[^u])",
    re.DOTALL,
)
_UNFINISHED = re.compile(
    r"\\(?:u(?:[0-9a-fA-F]{0,3}|[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?))?"
)
_MUST_STAY = frozenset('"\\')


def unescaped(text: str) -> str:
    """`text` as it reads once escapes are resolved; for judging, not for delivery."""
    return _HIDDEN.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    high, low, single = found.groups()
    if high is not None:
        return _pair(high, low)
    code = int(single, 16)
    return found[0] if 0xD800 <= code < 0xE000 else chr(code)  # noqa: PLR2004 - the surrogates


def _pair(high: str, low: str) -> str:
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)


class Resolver:
    """Writes JSON text anew with every character that needs no escape written plainly.

    The JSON means the same, and a screen sees what its reader will see. However the text is cut,
    the result is the same.
    """

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._held = ""

    def feed(self, text: str) -> str:
        """The text so far, but for an escape that is not whole yet."""
        if self._held:
            text, self._held = self._held + text, ""
        at, out = 0, []
        while (slash := text.find("\\", at)) >= 0:
            out.append(text[at:slash])
            if _UNFINISHED.fullmatch(text, slash):
                self._held = text[slash:]
                return "".join(out)
            found = _ESCAPE.match(text, slash)
            out.append("\\" if found is None else _plainly(found))
            at = slash + 1 if found is None else found.end()
        return "".join((*out, text[at:]))

    def close(self) -> str:
        """What was held as the beginning of an escape."""
        held, self._held = self._held, ""
        return held


def _plainly(found: re.Match[str]) -> str:
    if found[1] is None and found[3] is None:
        return found[0]
    one = _character(found)
    # Quotes, backslashes and control characters may not stand plainly inside a JSON string.
    return found[0] if len(one) > 1 or one < " " or one in _MUST_STAY else one
