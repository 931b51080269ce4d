# SPDX-License-Identifier: Apache-2.0
"""How each article stands, computed from evidence: feed it leaves once, ask it at any moment.

Pure: the ledger's leaves, the time, the checkpoint and live signals are handed in. The worst
outcome wins upward; there is no average, no percentage and no legal verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from guiju.kernel import Text, canonical, digest, isoformat
from guiju.measures.checks import Leaf
from guiju.measures.folding import GENERAL, Fold
from guiju.measures.judging import Judgement, Moment, Signal, Signals, judge
from guiju.measures.model import Article, Check, Control, Law
from guiju.measures.outcome import Outcome, Strength, worst

__all__ = ["Outcome", "Report", "Signal", "Signals", "Standing", "Strength", "worst"]

BROKEN = "ledger-broken"
VERIFIED = "ledger-verified"


class Words(TypedDict):
    """A sentence in both languages."""

    zh: str
    en: str


class Example(TypedDict):
    """A leaf that broke a control: its position in the ledger and its id."""

    index: int
    id: str


class Range(TypedDict):
    """Positions in the ledger, both included; null when nothing was seen."""

    first: int | None
    last: int | None


class ControlStanding(TypedDict):
    """One control: outcome, strength and everything needed to look behind it."""

    id: str
    title: Words
    serves: list[str]
    how: str
    state: str
    outcome: str
    strength: str | None
    reason: Words
    as_of: str
    window_days: int
    population: int
    sampled: int
    violations: int
    exceptions: int
    probes: int
    counterexamples: list[Example]
    ledger: Range
    last_evidence: str | None
    valid_until: str | None
    check: str | None


class ArticleStanding(TypedDict):
    """One article: the worst of its controls, or why none is asked of the provider."""

    article: int
    title: Words
    outcome: str
    reason: NotRequired[Words]
    obligations: list[dict[str, str]]
    controls: list[ControlStanding]


class Report(TypedDict):
    """The standing of every article as of one moment and one checkpoint."""

    as_of: str
    window_days: int
    checkpoint: Any
    leaves: int
    articles: list[ArticleStanding]


class Standing:
    """The checks of every control, folded over the leaves fed so far."""

    def __init__(self, law: Law) -> None:
        """Know the controls; have seen no leaf."""
        self._law = law
        self._folds = {one.id: Fold(one) for one in law.controls.values()}
        self._by_kind: dict[str, list[Fold]] = defaultdict(list)
        for fold in self._folds.values():
            for kind in fold.kinds:
                self._by_kind[kind].append(fold)
        self._size = 0
        self._fault: Text | None = None

    @property
    def size(self) -> int:
        """How many leaves were read: the index of the leaf to feed next."""
        return self._size

    def feed(self, leaves: Iterable[Leaf]) -> None:
        """Take leaves in ledger order; those already read are passed over.

        A gap or a leaf that cannot be read makes every outcome CHECK_ERROR from then on.
        """
        for leaf in leaves:
            index = leaf.get("index")
            if not isinstance(index, int) or index > self._size:
                self._fault = _GAP.format(index=self._size)
                return
            if index == self._size:
                self._feed(leaf if type(leaf) is dict else dict(leaf))
                self._size += 1

    def _feed(self, leaf: Leaf) -> None:
        kind, at, names = leaf.get("kind"), leaf.get("at"), leaf.get("controls", ())
        if not isinstance(kind, str) or not isinstance(at, str) or not leaf.get("id"):
            self._fault = _UNREADABLE.format(index=self._size)
            return
        if kind in GENERAL:
            folds = [self._folds[name] for name in names if name in self._folds]
        else:
            folds = self._by_kind.get(kind, [])
        for fold in folds:
            fold.feed(leaf)

    def report(
        self,
        now: datetime,
        window_days: int = 30,
        checkpoint: Any = None,
        signals: Signals | None = None,
    ) -> Report:
        """The standing as of `now` over the last `window_days` UTC days, today included.

        `signals` are live measurements by name: `ledger-verified`, `ledger-broken` (which turns
        every outcome to CHECK_ERROR) and `probe:<control id>`.
        """
        moment = Moment(now, window_days)
        live = signals or {}
        fault = self._fault or _tampering(live)
        judged = {name: judge(fold, moment, live, fault) for name, fold in self._folds.items()}
        articles = self._law.articles.values()
        return Report(
            as_of=isoformat(now),
            window_days=window_days,
            checkpoint=checkpoint,
            leaves=self._size,
            articles=[self._article(one, judged, fault) for one in articles],
        )

    def _article(
        self, article: Article, judged: Mapping[str, Judgement], fault: Text | None
    ) -> ArticleStanding:
        controls = self._law.controls_of(article.number)
        standing = ArticleStanding(
            article=article.number,
            title=_words(article.title),
            outcome=worst(judged[one.id].outcome for one in controls).name,
            obligations=self._obligations(article, judged),
            controls=[_control(one, judged[one.id]) for one in controls],
        )
        if fault is not None:
            standing["outcome"] = Outcome.CHECK_ERROR.name
            standing["reason"] = _words(fault)
        elif not article.binds_provider:
            standing["outcome"] = Outcome.NOT_APPLICABLE.name
            standing["reason"] = _words(_NO_DUTY)
        return standing

    def _obligations(
        self, article: Article, judged: Mapping[str, Judgement]
    ) -> list[dict[str, str]]:
        return [
            {
                "id": one.id,
                "duty": one.duty.value,
                "outcome": worst(
                    judged[control.id].outcome for control in self._law.controls_for(one.id)
                ).name,
            }
            for one in article.obligations
            if self._law.controls_for(one.id)
        ]


def _tampering(signals: Signals) -> Text | None:
    broken, verified = signals.get(BROKEN), signals.get(VERIFIED)
    if (broken is not None and broken.holds) or (verified is not None and not verified.holds):
        return _TAMPERED
    return None


def _words(text: Text) -> Words:
    return Words(zh=text.zh, en=text.en)


def _control(control: Control, judged: Judgement) -> ControlStanding:
    seen = judged.seen
    return ControlStanding(
        id=control.id,
        title=_words(control.title),
        serves=list(control.serves),
        how=control.how.value,
        state=control.state.value,
        outcome=judged.outcome.name,
        strength=None if judged.strength is None else judged.strength.value,
        reason=_words(judged.reason),
        as_of=judged.as_of,
        window_days=judged.window_days,
        population=seen.population,
        sampled=seen.population,
        violations=seen.violations,
        exceptions=seen.exceptions,
        probes=seen.probes,
        counterexamples=[Example(index=index, id=id_) for index, id_ in seen.counterexamples],
        ledger=Range(first=seen.first, last=seen.last),
        last_evidence=judged.last_at,
        valid_until=judged.valid_until,
        check=None if control.check is None else check_digest(control.check),
    )


@cache
def check_digest(check: Check) -> str:
    """SHA-256 over a check's definition and the code that carries it out (64 hex digits)."""
    asked = {
        "type": check.type.value,
        "kinds": check.kinds,
        "when": [[one.fact, one.op.value, one.value] for one in check.when],
        "holds": [[one.fact, one.op.value, one.value] for one in check.holds],
        "named": check.named,
        "signal": check.signal,
        "code": _code_version(),
    }
    return digest(canonical(asked))


@cache
def _code_version() -> str:
    """The digest of the source that computes standing, so that no change goes unseen."""
    names = ("checks.py", "folding.py", "judging.py", "outcome.py", "standing.py")
    return digest(b"".join((Path(__file__).parent / name).read_bytes() for name in names))


_NO_DUTY = Text(zh="本条没有给提供者设定义务。", en="This article sets no duty of the provider.")
_TAMPERED = Text(
    zh="账本校验未通过，任何证据都不可采信。",
    en="The ledger does not verify, so no evidence can be trusted.",
)
_GAP = Text(zh="账本第 {index} 号叶缺失。", en="Leaf {index} of the ledger is missing.")
_UNREADABLE = Text(zh="账本第 {index} 号叶无法读取。", en="Leaf {index} cannot be read.")
