# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.gateway.escapes import Resolver, unescaped

VALUES = st.recursive(
    st.text(st.characters(codec="utf-8"), max_size=8) | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


def resolved(text: str, cuts: list[int]) -> str:
    resolver, out, before = Resolver(), "", 0
    for cut in [*cuts, len(text)]:
        out += resolver.feed(text[before:cut])
        before = cut
    return out + resolver.close()


@given(VALUES, st.data())
def test_resolved_json_means_the_same_however_it_is_cut(value: object, data: st.DataObject) -> None:
    """Every cutting gives the same text, which parses to the same value."""
    text = json.dumps(value, ensure_ascii=True)
    whole = resolved(text, [])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    assert resolved(text, cuts) == whole
    assert json.loads(whole) == value


@given(st.text(st.sampled_from('\\ud8dc0123abcx"青'), max_size=24), st.data())
def test_broken_escapes_come_out_the_same_however_they_are_cut(
    text: str, data: st.DataObject
) -> None:
    """What is no JSON at all is neither lost nor dependent on the cutting."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    assert resolved(text, cuts) == resolved(text, [])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r'"\u9752\u94dc"', '"青铜"'),
        (r'"\ud83d\ude00"', '"😀"'),
        (r'"\ud83d x"', r'"\ud83d x"'),
        (r'"\\u9752"', r'"\\u9752"'),
        (r'"\u0022\u005c\u000a\n"', r'"\u0022\u005c\u000a\n"'),
        (r'"\u00"', r'"\u00"'),
    ],
)
def test_only_what_may_stand_plainly_is_resolved(text: str, shown: str) -> None:
    """Quotes, backslashes, controls, lone halves and broken escapes stay as they are."""
    assert resolved(text, []) == shown


@pytest.mark.parametrize("text", [r"\u9752", r"\\u9752", r"\\\\u9752"])
def test_for_judging_an_escape_inside_an_escape_is_resolved_too(text: str) -> None:
    """JSON within JSON doubles its backslashes; a model reads it all the same."""
    assert unescaped(text) == "青"
