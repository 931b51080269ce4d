# SPDX-License-Identifier: Apache-2.0
"""Small charts drawn on the server as SVG: no script, no style attribute, words for every reader.

Colours come from the classes `chart-...` of the style sheet, so both schemes and print are served.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

_BAR = 6
_GAP = 2
_HEIGHT = 36
_FULL = 100


def bars(values: Sequence[int], title: str, description: str, *, name: str) -> Markup:
    """One bar a value, scaled to the highest; `name` makes the ids of this chart unique."""
    width = len(values) * (_BAR + _GAP)
    highest = max(values, default=0)
    drawn = Markup().join(_bar(at, value, highest) for at, value in enumerate(values))
    return _figure(width, drawn, title, description, name)


def bar(value: int, most: int) -> Markup:
    """One lying bar, as long as `value` is of `most`; its number stands beside it."""
    width = 0 if not value else max(1, round(_FULL * value / max(most, 1)))
    return Markup(
        '<svg class="lying" viewBox="0 0 {} 10" preserveAspectRatio="none" aria-hidden="true" '
        'focusable="false"><rect class="chart-bar" width="{}" height="10"/></svg>'
    ).format(_FULL, width)


def _bar(at: int, value: int, highest: int) -> Markup:
    # A day with a single event still shows; a day without one is a hairline, not a gap.
    height = 1 if not value else max(3, round((_HEIGHT - 2) * value / highest))
    kind = "chart-bar" if value else "chart-none"
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        kind, at * (_BAR + _GAP), _HEIGHT - height, _BAR, height
    )


def _figure(width: int, drawn: Markup, title: str, description: str, name: str) -> Markup:
    head = Markup('<title id="{0}-t">{1}</title><desc id="{0}-d">{2}</desc>').format(
        escape(name), title, description
    )
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" preserveAspectRatio="none" '
        'aria-labelledby="{}-t {}-d">{}{}</svg>'
    ).format(max(width, 1), _HEIGHT, name, name, head, drawn)
