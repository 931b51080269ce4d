# SPDX-License-Identifier: Apache-2.0
"""What a browser calls itself, in few words of ours: enough to tell one's own from a stranger's.

Only these words are kept, never what was sent: it would tell browsers apart too well.
"""

from __future__ import annotations

# In this order: most of them also name those that come later.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome", "Chromium"),
    ("Chromium", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_LONGEST = 1_000


def browser_of(user_agent: str) -> str:
    """`Firefox, Linux`; empty for what names none that we know."""
    said = user_agent[:_LONGEST]
    found = [
        next((word for mark, word in known if mark in said), "") for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(one for one in found if one)
