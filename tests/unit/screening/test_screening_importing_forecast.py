# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import json

from guiju.screening import Screen
from guiju.screening.importing import (
    Gathered,
    Noise,
    Options,
    Source,
    forecast,
    gather,
    read_list,
    terms_of,
    texts_of,
    without,
)


def lexicon(*words: str) -> Gathered:
    source = Source("list.txt", io.BytesIO("\n".join(words).encode()))
    return gather(read_list(source, Options(harm="A2f")))


def screen(found: Gathered) -> Screen:
    return Screen.load({"entry": [json.loads(line) for line in found.lines]}, "")


def test_false_hits_are_counted_by_entry_and_character() -> None:
    """The worst first, with what stands around them; a place counts once for both directions."""
    found = lexicon("示例禁词甲", "示例禁词乙", "示例禁词丙")
    texts = ["好示例禁词甲好", "示例禁词乙示例禁词乙", "什么也没有"]
    outlook = forecast(screen(found), texts)
    assert (outlook.texts, outlook.characters, outlook.hits) == (3, 22, 3)
    assert [one.hits for one in outlook.noises] == [2, 1]
    assert outlook.noises[1].examples == ("好示例禁词甲好",)
    assert round(outlook.rate) == round(3 * 1_000_000 / 22)
    terms = terms_of(found, outlook.noises)
    assert [terms[one.rule] for one in outlook.noises] == ["示例禁词乙", "示例禁词甲"]


def test_few_hits_in_a_small_corpus_condemn_nobody() -> None:
    """One or two hits may be chance; as many again and again are not."""
    found = lexicon("示例禁词甲", "示例禁词乙")
    few = forecast(screen(found), ["示例禁词甲", "示例禁词甲"])
    assert few.noises[0].rate > 1e5
    assert few.noisy(10.0) == ()
    many = forecast(screen(found), ["示例禁词甲"] * 30)
    assert [one.hits for one in many.noisy(10.0)] == [30]
    assert many.noisy(1e9) == ()


def test_noisy_entries_can_be_left_out() -> None:
    """The others stay, and the digest is another one."""
    found = lexicon("示例禁词甲", "示例禁词乙")
    noises = forecast(screen(found), ["示例禁词甲"] * 30).noisy()
    quiet = without(found, noises)
    assert [one.term for one in quiet.entries()] == ["示例禁词乙"]
    assert quiet.digest != found.digest
    assert without(found, ()) is found
    assert len(without(found, [Noise("lex-none", 1, 1.0, 1.0, ())]).lines) == 2


def test_a_corpus_is_lines_or_objects() -> None:
    """Blank and damaged lines are no texts; no text is no division by zero."""
    lines = "一行\n\n二行\n".encode() + b"\xff\n"
    assert list(texts_of(Source("c.txt", io.BytesIO(lines)))) == ["一行", "二行"]
    objects = '{"text": "一行"}\n{"id": 1}\n{"text": "二行"}\n'
    found = list(texts_of(Source("c.jsonl", io.BytesIO(objects.encode()))))
    assert found[::2] == ["一行", "二行"]
    empty = forecast(screen(lexicon("示例禁词甲")), [])
    assert (empty.rate, empty.noises) == (0.0, ())
