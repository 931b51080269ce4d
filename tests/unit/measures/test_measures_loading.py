# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from guiju.kernel import Invalid
from guiju.measures import Duty, State, law
from guiju.measures.control_loading import load_controls
from guiju.measures.loading import load_law
from guiju.measures.reading import ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the law data that a test may break."""
    shutil.copytree(ROOT, tmp_path / "measures", ignore=shutil.ignore_patterns("*.py", "__*"))
    return tmp_path / "measures"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_law_is_read_once_and_is_the_same_object() -> None:
    """Whoever asks gets the same law; nothing is read from disk again."""
    assert law() is law()


def test_the_measures_have_24_articles_and_each_says_something() -> None:
    """Every article of Order 15 is there, in order, with at least one sentence."""
    assert list(law().articles) == list(range(1, 25))
    assert all(article.obligations for article in law().articles.values())


def test_articles_that_bind_no_provider_are_known() -> None:
    """Purpose, encouragement, powers of authorities, terms and dates bind no provider."""
    unbound = [number for number, one in law().articles.items() if not one.binds_provider]
    assert unbound == [1, 3, 5, 6, 16, 18, 20, 21, 22, 24]


def test_nobody_can_change_the_law_at_run_time() -> None:
    """The law is read-only data."""
    with pytest.raises(TypeError):
        law().controls["mine"] = law().controls["text-label"]  # type: ignore[index] # the claim


def test_controls_of_an_article_follow_its_paragraphs() -> None:
    """Article 9 shows what serves paragraph 1 before what serves paragraph 2."""
    served = [control.serves[0] for control in law().controls_of(9) if len(control.serves) == 1]
    assert served == sorted(served)
    assert {"agreement-before-use", "account-and-keys"} <= {one.id for one in law().controls_of(9)}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "controls/labelling.toml",
            'serves = ["12.1"]',
            'serves = ["12.7"]',
            "control label-read-back: there is no obligation 12.7 (did you mean 12.1?)",
        ),
        (
            "controls/labelling.toml",
            'state = "planned"',
            'state = "planed"',
            "state cannot be 'planed', only built, planned, external (did you mean planned?)",
        ),
        (
            "controls/labelling.toml",
            "cadence = ",
            "cadense = ",
            "control label-read-back: cadence is missing",
        ),
        (
            "controls/labelling.toml",
            'state = "planned"',
            'state = "built"',
            "control label-read-back: a control that is built needs a check",
        ),
        (
            "controls/labelling.toml",
            'id = "label-waiver-log"',
            'id = "label-read-back"',
            "control label-read-back (after label-read-back): the id label-read-back stands twice",
        ),
        (
            "controls/labelling.toml",
            "valid_days = 7",
            "valid_days = true",
            "valid_days has the wrong type: True",
        ),
        (
            "controls/labelling.toml",
            'evidence = ["label-checked"]',
            'evidence = ["label-cheked"]',
            "there is no evidence kind label-cheked (did you mean label-checked?)",
        ),
        (
            "controls/labelling.toml",
            'room = "labelling"',
            'room = "ledger"',
            "a control of the room ledger belongs into controls/ledger.toml",
        ),
        ("evidence.toml", 'zh = "', 'zh = "" # "', "zh is empty"),
        ("evidence.toml", "[[kind]]", "[[kind", "evidence.toml: not valid TOML"),
        (
            "instruments/order15/articles/09.toml",
            'id = "9.1"',
            'id = "8.1"',
            "its id must begin with 9.",
        ),
        (
            "instruments/order15/articles/09.toml",
            "chapter = 3",
            "chapter = 3\nchaptre = 3",
            "unknown key chaptre (did you mean chapter?)",
        ),
        (
            "instruments/order15/instrument.toml",
            'id = "order15"',
            'id = "order16"',
            "the id order16 is not the name of its folder",
        ),
    ],
)
def test_a_fault_in_the_data_is_named_with_its_place(
    copy: Path, file: str, old: str, new: str, message: str
) -> None:
    """File, entry, neighbour and what to write instead stand in one line."""
    change(copy / file, old, new)
    with pytest.raises(Invalid) as caught:
        load_law(copy)
    assert caught.value.code == "law-data-broken"
    assert caught.value.exit_status == 2
    assert message in caught.value.what.en
    assert file.partition("/")[0] in caught.value.what.zh
    assert "\n" not in str(caught.value) or "not valid TOML" in message


def test_a_missing_article_is_noticed(copy: Path) -> None:
    """The Measures cannot lose an article."""
    (copy / "instruments/order15/articles/12.toml").unlink()
    with pytest.raises(Invalid, match="article 12 is missing"):
        load_law(copy)


def test_a_missing_file_is_noticed(copy: Path) -> None:
    """Without its evidence kinds the law does not load."""
    (copy / "evidence.toml").unlink()
    with pytest.raises(Invalid, match="the file is missing"):
        load_law(copy)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('op = "at-least", value = 1', 'op = "at-least", value = "1"', "value has the wrong type"),
        ('op = "present" }', 'op = "present", value = 1 }', "present takes no value"),
        ('op = "at-least", value = 1', 'op = "at-least"', "value is missing"),
        ('kinds = ["exchange-recorded"]', "", "could never fail"),
        ('type = "each"', 'type = "every"', "type cannot be 'every'"),
    ],
)
def test_a_check_that_cannot_work_is_refused(copy: Path, old: str, new: str, message: str) -> None:
    """A check needs something to look at and a condition that can be false."""
    change(copy / "controls/labelling.toml", old, new)
    with pytest.raises(Invalid, match=message):
        load_controls(copy)


def test_every_provider_obligation_can_say_when_it_applies() -> None:
    """Training data, annotation, assessment and permits bind only some providers, and it shows."""
    conditional = {
        one.article
        for one in law().obligations.values()
        if one.needs_when is not None and one.duty is Duty.PROVIDER
    }
    assert {7, 8, 17, 23} <= conditional


def test_external_controls_rest_on_attestation() -> None:
    """What happens outside the software can only be attested."""
    external = [one for one in law().controls.values() if one.state is State.EXTERNAL]
    assert external
    assert all(one.check is not None and one.check.type == "attested" for one in external)
