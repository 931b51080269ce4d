# SPDX-License-Identifier: Apache-2.0
"""The model card: what a classifier learned from, what it can do and, above all, what it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guiju.measures import harms
from guiju.screening.classifier.scorer import WINDOW, Classifier

_USE = (
    (
        "用途：分流（送人工复核或交由护栏模型判断）。不可单独用于拦截：要么漏得多，要么误伤得多；"
        "见下面 1% 误报时的召回率。字符片段看不出否定、引用和反讽。"
        "概率以下列数据的标签比例为准；实际流量中该类文本少得多，同一分数的把握也就低得多。"
        "用其他来源的文本之前，请先用 `guiju classifier evaluate` 测量。"
    ),
    (
        "For triage: it decides what a person or a guard model should look at. It is no gate and "
        "must not block by itself, for it either misses most or stops the innocent: see the recall "
        "at 1 % false positives. Character n-grams cannot see negation, quotation or irony. "
        "Probabilities hold for the mix of labels in the data below; where such texts are rarer, "
        "the same score means less. Measure it with `guiju classifier evaluate` before trusting it "
        "on texts from elsewhere."
    ),
)

_THRESHOLDS = (
    "在 dev 部分取误报率 5% 处。长文本按窗口判断，取最高分，因此误报更多。",
    "",
    (
        f"Set on the dev part at 5 % false positives. A text of over {WINDOW} characters is judged "
        "by windows and scores as its worst one does, so long texts are raised more often."
    ),
)

_ROWS = (
    ("texts", "文本数", "texts"),
    ("with_label", "其中带标签", "of these with the label"),
    ("macro_f1", "宏平均 F1（以 0.5 为界）", "macro-F1 (border 0.5)"),
    ("auc", "AUC", "AUC"),
    ("recall_at_1", "误报率 1% 时的召回率", "recall at 1 % false positives"),
    ("recall_at_5", "误报率 5% 时的召回率", "recall at 5 % false positives"),
    ("calibration_error", "校准误差（十等分）", "calibration error (ten bins)"),
    ("triage_recall", "分流阈值处的召回率", "recall at the triage threshold"),
    ("triage_false", "分流阈值处的误报率", "false positives at the triage threshold"),
)


def card(classifier: Classifier) -> str:
    """The model card in Markdown, Chinese and English."""
    return "\n".join(_lines(classifier)) + "\n"


def table(classifier: Classifier, measured: Mapping[str, Any]) -> Iterator[str]:
    """What was measured on one set of texts, as rows of Markdown for each label."""
    for label in classifier.labels:
        if found := measured.get(label):
            yield from ("", f"### {_named(label)}", "")
            yield from ("| | |", "|---|---|")
            yield from (f"| {zh} / {en} | {_shown(found[name])} |" for name, zh, en in _ROWS)
            yield from _groups(found["groups"])


def _lines(classifier: Classifier) -> Iterator[str]:
    about = classifier.about
    yield from ("# 模型卡 / Model card", "", *(line for one in _USE for line in (one, "")))
    yield f"SHA-256 `{classifier.digest}`"
    yield from ("", "## 训练数据 / Trained on", "")
    yield from _data(about.get("data", ()))
    yield from _splits(about.get("splits", {}))
    yield from ("", "## 分流阈值 / Triage thresholds", "")
    yield from _THRESHOLDS
    yield ""
    yield from (f"* {one}: {_shown(value)}" for one, value in classifier.thresholds.items())
    yield from ("", "## 在 test 部分 / On the test part")
    yield from table(classifier, about.get("measured", {}))
    for name, measured in about.get("transfer", {}).items():
        yield from ("", f"## 迁移 / Transfer: {name}")
        yield from table(classifier, measured)
    yield from ("", "## 设置 / Settings", "")
    yield from (line for one in about.get("notes", ()) for line in (str(one), ""))
    settings = ", ".join(f"{name} {value}" for name, value in about.get("settings", {}).items())
    yield f"{settings}."


def _data(data: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in data:
        said = ", ".join(f"{name} {value}" for name, value in one.items() if name != "name")
        yield f"* {one.get('name', '?')}: {said}"


def _splits(splits: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for name, one in splits.items():
        twins = one.get("also_learned", 0)
        yield f"* {name}: {one['texts']}" + (f" ({twins} also in train)" if twins else "")


def _groups(groups: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if not groups:
        return
    yield ""
    yield "| 组 / group | 文本 / texts | 过阈值 / at triage threshold | 过 0.5 / at 0.5 |"
    yield "|---|---|---|---|"
    for name, one in groups.items():
        yield f"| {name} | {one['texts']} | {_shown(one['raised'])} | {_shown(one['even'])} |"


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if type(value) is float else f"{value:,}"


def _named(label: str) -> str:
    text = harms()[label].text
    return f"{label} {text.zh} / {text.en}"
