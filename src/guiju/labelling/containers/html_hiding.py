# SPDX-License-Identifier: Apache-2.0
"""Which elements of a page nobody sees, as far as their own tags say so (Article 12).

Style sheets and scripts can hide anything; those would have to be run, and are not looked at.
"""

from __future__ import annotations

import re

_HIDDEN = re.compile(rb"(?<![^\s\"'])hidden(?![^\s=/>])", re.IGNORECASE)
_STYLE = re.compile(rb"""\bstyle\s*=\s*("[^"]*+"|'[^']*+'|[^\s>"']++)""", re.IGNORECASE)
_UNSEEN = re.compile(
    rb"display:none|visibility:(?:hidden|collapse)|opacity:0?(?:\.0*)?(?![\d.])"
    rb"|font-size:0*(?:\.0*)?(?![\d.])|(?<!-)color:transparent"
)
_COLOUR = re.compile(rb"(?<![\w-])color:([^;!]+)")
_BACKGROUND = re.compile(rb"(?<![\w-])background(?:-color)?:([^;!]+)")
_WHITE = frozenset({b"white", b"#fff", b"#ffffff", b"rgb(255,255,255)"})
_QUOTED = re.compile(rb"""=\s*(?:"[^"]*+"|'[^']*+')""")


def hides(attributes: bytes, *, page_is_white: bool) -> bool:
    """Whether what stands in the element with these attributes is hidden by them.

    `page_is_white`: nowhere a background is told, so white words stand on white.
    """
    if _HIDDEN.search(_QUOTED.sub(b"=", attributes)):
        return True
    style = _STYLE.search(attributes)
    if style is None:
        return False
    said = re.sub(rb"[\s\"']", b"", style[1]).lower()
    if _UNSEEN.search(said):
        return True
    colour, ground = _COLOUR.search(said), _BACKGROUND.search(said)
    if colour is None:
        return False
    if ground is not None:
        return _same(colour[1], ground[1])
    return page_is_white and colour[1] in _WHITE


def _same(one: bytes, other: bytes) -> bool:
    return one == other or (one in _WHITE and other in _WHITE)


def behind(data: bytes, name: bytes, at: int) -> int:
    """Where the element of this name, whose content begins at `at`, is over."""
    depth, tags = 1, re.compile(rb"<(/?)" + re.escape(name) + rb"\b", re.IGNORECASE)
    for tag in tags.finditer(data, at):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.start()
    return len(data)
