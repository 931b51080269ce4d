# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import json
import re
import threading
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import fold
from guiju.screening.classifier import (
    Classifier,
    Example,
    Settings,
    card,
    measure,
    shipped,
    trained,
)
from guiju.screening.classifier.artefact import Artefact, Head, dumped, loaded, quantised
from guiju.screening.classifier.calibrating import Calibration, calibrated
from guiju.screening.classifier.measuring import auc, calibration_error, macro_f1, threshold
from guiju.screening.classifier.ngrams import Presence, presence
from guiju.screening.classifier.solver import learn, margins, minimised
from guiju.screening.classifier.training import FEWEST

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
SMALL = Settings(bits=12, rounds=30)
LABEL = "A2i"
MARK = b"guiju classifier\n"

texts = st.text(max_size=300)


def quiet(*_: object) -> None:
    """Nobody listens."""


def examples(count: int = 60) -> list[Example]:
    """Texts that hold an invented word, and texts that hold another."""
    made = []
    for split, many in (("train", count), ("dev", 20), ("test", 20)):
        for number in range(many):
            made.append(Example(f"{split}第{number}句示例坏词啊", frozenset({LABEL}), split, "bad"))
            made.append(Example(f"{split}第{number}句寻常的话呀", frozenset(), split, "good"))
    return made


@pytest.fixture(scope="module")
def small() -> bytes:
    return trained(examples(), SMALL, [{"name": "invented"}], quiet)


def changed(data: bytes, **header: object) -> bytes:
    """The artefact with other header fields and a digest that fits them."""
    body = data[len(MARK) + 32 :]
    length = int.from_bytes(body[:4], "big")
    told = json.dumps(json.loads(body[4 : 4 + length]) | header).encode()
    body = len(told).to_bytes(4, "big") + told + body[4 + length :]
    return MARK + hashlib.sha256(body).digest() + body


# What it sees


def grams(text: str, bits: int = 20) -> set[int]:
    return set(presence([text], bits).places.tolist())


def test_the_grams_of_a_text_are_those_it_was_written_with() -> None:
    """Counted by hand: single, double and triple of both views with their borders."""
    assert presence(["ab"], 20).counts.tolist() == [2 * (3 + 3 + 2)]
    # Four letters in a word make one gram more, beside 5 single, 5 double and 4 triple ones.
    assert presence(["abcd"], 20).counts.tolist() == [2 * (5 + 5 + 4) + 1]
    assert presence(["ab cd"], 20).counts[0] == (6 + 6 + 5) + (5 + 5 + 4)


def test_what_is_squeezed_is_seen_through_separators_and_repeats() -> None:
    """The squeezed view of a text with separators is that of the text without."""
    plain, apart = grams("甲乙丙丁"), grams("甲.乙  乙-丙☆丁")
    assert len(plain & apart) >= 5 + 5 + 4
    assert len(plain & grams("戊己庚辛")) <= 4


@given(st.lists(texts, min_size=1, max_size=5))
def test_a_text_has_the_same_grams_in_any_company(given_: list[str]) -> None:
    """Laid out together or alone: no gram reaches from one text into the next."""
    folded = [fold(one).text for one in given_]
    together = presence(folded, 14)
    apart = [presence([one], 14).places.tolist() for one in folded]
    ends = together.starts + together.counts
    found = [
        together.places[start:end].tolist()
        for start, end in zip(together.starts, ends, strict=True)
    ]
    assert found == apart
    assert all(one == sorted(set(one)) for one in found)


# How it learns


def test_without_features_the_bias_is_the_log_odds() -> None:
    """Every text has the same one feature, which tells nothing: three of four have the label."""
    seen = Presence(np.zeros(4, np.int64), np.arange(4), np.ones(4, np.int64))
    target = np.array([True, True, True, False])
    learned = learn(seen, target, Settings(bits=10, tolerance=1e-9), quiet)
    assert margins(seen, learned) == pytest.approx(np.log(3.0), abs=1e-6)


def test_the_weight_of_a_telling_feature_solves_its_equation() -> None:
    """Two texts with a feature each: pull to zero and push of the loss balance."""
    seen = Presence(np.array([0, 1]), np.arange(2), np.ones(2, np.int64))
    settings = Settings(bits=10, strength=2.0, tolerance=1e-10)
    learned = learn(seen, np.array([True, False]), settings, quiet)
    unseen = np.log((2 + 1) / (0 + 1))
    rarity = np.log(3 / 2) / ((2 * np.log(3 / 2) + 1022 * unseen) / 1024)
    factor = np.log(2.0) * rarity
    weight = learned.weights[0] / factor
    margin = learned.weights[0] + learned.bias
    assert weight == pytest.approx(settings.strength * factor / (1 + np.exp(margin)), rel=1e-6)
    assert learned.weights[0] == pytest.approx(-learned.weights[1])
    assert learned.bias == pytest.approx(0.0, abs=1e-9)


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=6), st.floats(-5, 5))
def test_the_least_of_a_bowl_is_its_middle(bends: list[float], middle: float) -> None:
    """A quadratic function has its least where its gradient is nothing."""
    bend = np.array(bends)

    def bowl(at: np.ndarray) -> tuple[float, np.ndarray]:
        return float((bend * (at - middle) ** 2).sum() / 2), bend * (at - middle)

    found = minimised(bowl, np.zeros(bend.size), Settings(tolerance=1e-8), quiet)
    assert found == pytest.approx(np.full(bend.size, middle), abs=1e-6)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=30), st.data())
def test_calibration_is_monotone_and_reaches_the_mean(
    scores: list[float], data: st.DataObject
) -> None:
    """The fitted chances order like the scores and are on average what was drawn in as wanted."""
    flags = data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores)))
    given_, target = np.array(scores), np.array(flags)
    fitted = calibrated(given_, target)
    chances = fitted(np.sort(given_))
    steps = np.diff(chances) * (1 if fitted.slope >= 0 else -1)
    assert (steps >= -1e-12).all()
    assert ((chances >= 0) & (chances <= 1)).all()
    inside = int(target.sum())
    outside = target.size - inside
    wanted = inside * (inside + 1) / (inside + 2) + outside / (outside + 2)
    assert fitted(given_).sum() == pytest.approx(wanted, abs=0.02 * target.size)


def test_training_twice_yields_the_same_bytes(small: bytes) -> None:
    """Nothing in it is drawn by chance; texts without a split are placed by what they say."""
    assert trained(examples(), SMALL, [{"name": "invented"}], quiet) == small
    unplaced = [one._replace(split="") for one in examples(200)]
    assert trained(unplaced, SMALL, [], quiet) == trained(unplaced, SMALL, [], quiet)


def test_too_few_examples_are_refused_with_the_number() -> None:
    """A split that lacks texts with or without the label is named."""
    with pytest.raises(Invalid, match="The train part holds 49 texts with A2i; at least 50"):
        trained(examples(FEWEST["train"] - 1), SMALL, [], quiet)
    alike = [one._replace(labels=frozenset({LABEL})) for one in examples()]
    with pytest.raises(Invalid, match="holds 0 texts without A2i"):
        trained(alike, SMALL, [], quiet)
    unlabelled = [one._replace(labels=frozenset()) for one in examples()]
    with pytest.raises(Invalid, match="classifier-too-few-examples"):
        trained(unlabelled, SMALL, [], quiet)


def test_labels_that_the_held_out_texts_contradict_are_refused() -> None:
    """What was learned must not be the reverse of what people said on dev."""
    crossed = [
        one._replace(labels=frozenset({LABEL}) ^ one.labels) if one.split == "dev" else one
        for one in examples()
    ]
    with pytest.raises(Invalid, match="classifier-learned-nothing"):
        trained(crossed, SMALL, [], quiet)


def test_every_label_is_learned_on_its_own() -> None:
    """A text may be of several labels; each has its threshold, its figures and its probability."""
    other = [one._replace(labels=frozenset({"A3e"} - one.labels)) for one in examples()]
    two = [
        a._replace(labels=a.labels | (b.labels if not a.labels else frozenset()))
        for a, b in zip(examples(), other, strict=True)
    ]
    classifier = Classifier.load(trained(two, SMALL, [], quiet))
    assert classifier.labels == (LABEL, "A3e")
    bad, good = classifier.score("示例坏词"), classifier.score("寻常的话")
    assert bad[LABEL] > 0.5 > bad["A3e"]
    assert good["A3e"] > 0.5 > good[LABEL]


# The file


def test_an_artefact_comes_back_as_it_went(small: bytes) -> None:
    """Bytes to artefact to bytes; the classifier names the digest of the whole."""
    assert dumped(loaded(small)) == small
    classifier = Classifier.load(small)
    assert classifier.digest == hashlib.sha256(small).hexdigest()
    assert classifier.labels == (LABEL,)
    assert classifier.about["splits"]["train"]["texts"] == 120


def test_it_loads_from_a_file_and_says_when_there_is_none(tmp_path: Path, small: bytes) -> None:
    """Path, string and bytes are the same classifier."""
    file = tmp_path / "one"
    file.write_bytes(small)
    assert Classifier.load(file).digest == Classifier.load(str(file)).digest
    with pytest.raises(Invalid, match="classifier-unreadable"):
        Classifier.load(tmp_path / "none")


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_an_altered_byte_is_refused(where: int, by: int) -> None:
    """Wherever it lies."""
    head = Head(LABEL, 1.0, 0.0, Calibration(1.0, 0.0), 0.5)
    data = bytearray(dumped(Artefact(10, (head,), np.zeros((1024, 1), np.int8), {})))
    data[where % len(data)] ^= by
    with pytest.raises(Invalid, match="classifier-broken"):
        Classifier.load(bytes(data))


@given(st.binary(max_size=200))
def test_what_is_no_classifier_is_refused(data: bytes) -> None:
    """Neither noise nor noise behind the mark and a digest that fits does anything else."""
    for one in (data, MARK + hashlib.sha256(data).digest() + data):
        with pytest.raises(Invalid, match="classifier-broken"):
            Classifier.load(one)


@pytest.mark.parametrize("field", ["format", "features", "fold"])
def test_another_version_is_refused(small: bytes, field: str) -> None:
    """Weights learned from other features mean nothing under these."""
    with pytest.raises(Invalid, match="classifier-other-version"):
        Classifier.load(changed(small, **{field: "other"}))


HEAD = {"harm": LABEL, "unit": 1.0, "bias": 0.0, "calibration": [1.0, 0.0], "triage": 0.5}


@pytest.mark.parametrize(
    "header",
    [
        {"bits": 30},
        {"bits": 13},
        {"bits": True},
        {"heads": []},
        {"heads": {}},
        {"heads": [HEAD, HEAD]},
        {"heads": [HEAD | {"harm": "Z9"}]},
        {"heads": [HEAD | {"unit": "1"}]},
        {"heads": [HEAD | {"unit": 1e999}]},
        {"heads": [HEAD | {"calibration": [-1.0, 0.0]}]},
        {"heads": [HEAD | {"calibration": [1.0]}]},
        {"heads": [HEAD | {"triage": 2.0}]},
        {"heads": [{}]},
        {"about": []},
    ],
)
def test_a_header_that_does_not_fit_is_refused(small: bytes, header: dict[str, object]) -> None:
    """Also when its digest is right: size, harms and numbers must make sense."""
    with pytest.raises(Invalid, match="classifier-broken"):
        Classifier.load(changed(small, **header))
    assert Classifier.load(changed(small, heads=[HEAD])).labels == (LABEL,)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=50))
def test_quantised_weights_are_near(weights: list[float]) -> None:
    """A step of one byte away at most, finer towards zero."""
    given_ = np.array(weights)
    codes, unit = quantised(given_)
    wide = codes.astype(float)
    back = wide * np.abs(wide) * unit
    most = max(float(np.abs(given_).max()), 1e-300)
    near = np.sqrt(np.abs(given_) / most) / 127 + 1 / 127**2
    assert (np.abs(back - given_) <= near * most * 1.001).all()


# What it says


def test_one_many_and_windows_agree(small: bytes) -> None:
    """A long text scores what its worst window does, alone or among others."""
    classifier = Classifier.load(small)
    long = "寻常的话呀" * 100 + "示例坏词啊" + "寻常的话呀" * 100
    given_ = ["示例坏词啊", "", long, "寻常的话呀", "寻常的话呀" * 200]
    many = classifier.score_many(given_)
    assert many == [classifier.score(one) for one in given_]
    for one, score in zip(given_, many, strict=True):
        windows = list(classifier.windows(one))
        assert max(window.scores[LABEL] for window in windows) == score[LABEL]
    worst = max(classifier.windows(long), key=lambda one: one.scores[LABEL])
    assert "示例坏词" in long[worst.start : worst.end]
    assert classifier.score_many([]) == []


@given(st.text(max_size=2000))
def test_windows_cover_the_text_as_given(text: str) -> None:
    """In order, without a gap, from the first character to the last, also unseen ones."""
    windows = list(shipped().windows(text))
    assert (windows[0].start, windows[-1].end) == (0, len(text))
    for one, next_ in pairwise(windows):
        assert one.start <= next_.start <= one.end <= next_.end
    assert all(0 <= one.scores[LABEL] <= 1 for one in windows)


def test_a_disguise_that_the_fold_sees_through_changes_nothing(small: bytes) -> None:
    """Width and unseen characters score as the plain text does."""
    classifier = Classifier.load(small)
    assert classifier.score("示例\u200b坏\u200d词ＡＢ") == classifier.score("示例坏词ab")
    padded = "示例" + "\u200b" * 100_000 + "坏词"
    assert classifier.score(padded) == classifier.score("示例坏词")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n" * 5000,
        "\ud800" * 5000,
        "a" + "\u0301" * 100_000,
        "\ufdfa" * 20_000,
        "\x00\x01" * 5000,
        "😀" * 5000,
        "".join(map(chr, range(0x20000, 0x22000))),
    ],
)
def test_hostile_text_gets_a_probability(text: str) -> None:
    """No text makes it fail; what says nothing is not raised."""
    score = shipped().score(text)[LABEL]
    assert 0 <= score < shipped().thresholds[LABEL]


def test_threads_share_it(small: bytes) -> None:
    """Nothing in it changes while it scores."""
    classifier = Classifier.load(small)
    given_ = [one.text for one in examples()]
    expected, found = classifier.score_many(given_), []
    threads = [
        threading.Thread(target=lambda: found.append(classifier.score_many(given_)))
        for _ in range(4)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [expected] * 4


# How it is measured


def test_figures_of_a_table_by_hand() -> None:
    """Four texts, of which one is on the wrong side."""
    chances, target = np.array([0.9, 0.4, 0.6, 0.1]), np.array([True, True, False, False])
    assert auc(chances, target) == 0.75
    assert macro_f1(chances >= 0.5, target) == 0.5
    assert calibration_error(chances, target) == pytest.approx((0.1 + 0.6 + 0.6 + 0.1) / 4)
    assert auc(np.zeros(4), target) == 0.5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0, 1))
def test_no_more_than_the_share_is_raised(outside: list[float], share: float) -> None:
    """And with the threshold just lower, more would be or nobody is left."""
    given_ = np.array(outside)
    at = threshold(given_, share)
    assert (given_ >= at).sum() <= share * given_.size
    lower = np.nextafter(at, -1)
    assert (given_ >= lower).sum() > share * given_.size or (given_ >= lower).all()


# The one that is shipped


def test_the_card_is_of_the_shipped_file() -> None:
    """Whoever trains anew writes the card anew: digest and figures are those of the file."""
    page = (ROOT / "docs" / "classifier.md").read_text(encoding="utf-8")
    assert page == card(shipped())
    named = re.findall(r"SHA-256 `([0-9a-f]{64})`", page)
    file = ROOT / "src" / "guiju" / "screening" / "classifier" / "cold.classifier"
    assert named == [hashlib.sha256(file.read_bytes()).hexdigest()]
    for word in ("no gate", "分流", "counter-speech", "1 % false positives", "calibration error"):
        assert word in page


def test_the_shipped_file_is_small() -> None:
    """One byte for each of a million weights, and a header."""
    file = ROOT / "src" / "guiju" / "screening" / "classifier" / "cold.classifier"
    assert file.stat().st_size < (1 << 20) + 16_384
    assert shipped() is shipped()


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    if not DATA.exists():
        pytest.skip("the data sets are not beside the repository")
    spec = spec_from_file_location("train_classifier", ROOT / "tools" / "train_classifier.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_on_cold_it_reaches_what_the_card_says(tool: ModuleType) -> None:
    """Macro-F1 of at least .80 on the official test split, and every other figure of the card."""
    measured = measure(shipped(), tool.cold("test"))
    assert measured == shipped().about["measured"] | measured
    assert measured[LABEL]["macro_f1"] >= 0.80
    for name, value in shipped().about["measured"][LABEL].items():
        if name != "groups":
            assert measured[LABEL][name] == value


def test_prompts_that_only_sound_dangerous_are_not_raised(tool: ModuleType) -> None:
    """At most one in a hundred of XSTest's safe prompts reaches the triage threshold."""
    measured = measure(shipped(), tool.xstest())
    found = measured[LABEL]["groups"]["safe prompts"]
    assert found["texts"] == 250
    assert found["raised"] <= 0.01
