# SPDX-License-Identifier: Apache-2.0
"""Makes the classifier that is shipped, from COLD's training split, and docs/classifier.md.

Reads the data sets beside the repository. The same data, NumPy and fold give the same bytes; the
last line printed is their digest, which the card names.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path
from typing import Any

from guiju.screening.classifier import Classifier, Example, Settings, card, measure, trained
from guiju.screening.classifier.artefact import dumped, loaded

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
OUT = ROOT / "src" / "guiju" / "screening" / "classifier" / "cold.classifier"
CARD = ROOT / "docs" / "classifier.md"

HARM = "A2i"
"""COLD's comments offend by race, region and gender at once; one head stands for them all."""

NOTES = (
    (
        "设置按书面规程在 train 与 dev 上选定（`tools/choose_settings.py`，规程写在其开头，"
        "二十种设置的结果在 bench/results/classifier_settings.json），选定后才打开 test，只看一次。"
        "规程：dev 上宏平均 F1 与最高者相差不到一个标准误的设置中，"
        "取在未学过的话题上表现最好的一种。"
        "dev 与 train 同为半自动标注，test 为人工标注，故 dev 上的 0.92 高于 test；"
        "在未学过的话题上为 0.82。须说明：规程写成之前，作者见过若干设置在 test 上的结果"
        "（0.794 至 0.801，标准误 0.0055），所以应读作“约 0.80”。"
    ),
    (
        "Settings were chosen on train and dev by a written protocol (`tools/choose_settings.py`, "
        "whose head states it; all twenty candidates are in "
        "bench/results/classifier_settings.json); test was opened once, afterwards. Of the "
        "settings whose macro-F1 on dev is within one standard error of the best, the one that "
        "does best on topics it has not seen. Dev was labelled semi-automatically like train, test "
        "by hand; hence .92 on dev, and .82 on unseen topics. Before the protocol was written its "
        "authors had seen some settings' results on test (.794 to .801, standard error .0055): "
        "read it as about .80."
    ),
    (
        "只有一个输出：COLD 只标注是否冒犯，种族、地域、性别三个话题混在一起，无从分开学习；"
        "其他风险没有可随附的数据。用自己复核过的案例训练时，每个风险一个输出。"
    ),
    (
        "It has one head: COLD says of a comment whether it offends, by race, region and gender "
        "together, and no data that may be shipped teaches another harm. Trained from an "
        "operator's reviewed cases it has one head for each harm among them."
    ),
)

KINDS = {
    "0": "other benign",
    "1": "attack on a person",
    "2": "attack on a group",
    "3": "counter-speech (anti-bias)",
}


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def labels(*, found: bool) -> frozenset[str]:
    """The one label, or none."""
    return frozenset({HARM} if found else ())


def cold(split: str) -> list[Example]:
    """One official split of COLD; the test split says what kind each text is of."""
    return [
        Example(
            row["TEXT"],
            labels(found=row["label"] == "1"),
            split,
            KINDS.get(row.get("fine-grained-label", ""), ""),
        )
        for row in rows(DATA / "cold" / f"{split}.csv")
    ]


def hatecheck() -> list[Example]:
    """Functional cases in Mandarin; the group says what a case tests."""
    return [
        Example(
            row["test_case"],
            labels(found=row["label_gold"] == "hateful"),
            "test",
            f"{row['label_gold']}: {row['functionality']}",
        )
        for row in rows(DATA / "hatecheck-zh" / "cases.csv")
    ]


def xstest() -> list[Example]:
    """English prompts that sound dangerous and are not: nothing of it has the label."""
    prompts = rows(DATA / "xstest" / "xstest_prompts.csv")
    return [
        Example(row["prompt"], labels(found=False), "test", "safe prompts")
        for row in prompts
        if row["label"] == "safe"
    ]


def source(split: str) -> dict[str, Any]:
    """What the card says of one file."""
    body = (DATA / "cold" / f"{split}.csv").read_bytes()
    return {
        "name": f"COLD {split}.csv (thu-coai/COLDataset)",
        "licence": "Apache-2.0",
        "sha256": hashlib.sha256(body).hexdigest(),
    }


def made() -> bytes:
    """The bytes of the classifier, with what was measured on other sets in its header."""
    examples = [one for split in ("train", "dev", "test") for one in cold(split)]
    told = [source(split) for split in ("train", "dev", "test")]
    bare = trained(examples, Settings(), told, print)
    classifier, artefact = Classifier.load(bare), loaded(bare)
    transfer = {
        "HateCheck Mandarin": measure(classifier, hatecheck()),
        "XSTest, safe half (English)": measure(classifier, xstest()),
    }
    return dumped(artefact._replace(about={**artefact.about, "notes": NOTES, "transfer": transfer}))


def main() -> int:
    """Write artefact and card, print the digest."""
    data = made()
    OUT.write_bytes(data)
    CARD.write_text(card(Classifier.load(data)), encoding="utf-8")
    print(hashlib.sha256(data).hexdigest())
    return 0


if __name__ == "__main__":
    sys.exit(main())
