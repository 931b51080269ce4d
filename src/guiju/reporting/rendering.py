# SPDX-License-Identifier: Apache-2.0
"""A report as a file: JSON for machines, Markdown and one self-contained HTML page for people.

Pure. The same report gives the same bytes, so that a file can be held against its digest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from guiju.kernel import Text
from guiju.reporting.model import Attachment, Paper, Report, whole

FORMS = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
_STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:16px/1.7 serif;color:#111;"
    "background:#fff}h1{text-align:center}h2{font-size:1.1rem;margin-top:1.6rem}"
    "footer{margin-top:3rem;font-size:.85rem;color:#444}code{overflow-wrap:anywhere}"
)
_TO = Text(zh="报送", en="To")
_DRAFT = Text(zh="草稿，未经签批，不得报送。", en="DRAFT. Not signed; not to be sent.")
_ATTACHED = Text(zh="附件", en="Attachments")


def rendered(
    report: Report, paper: Paper, attached: Sequence[Attachment], form: str, language: str
) -> bytes:
    """The report in one of FORMS; `language` is `zh`, which counts, or the reading copy `en`."""
    if form == "json":
        said = whole(report.occasion, paper, attached) | {
            "number": report.case.number,
            "version": report.version,
            "digest": report.digest,
            "signer": report.signer,
        }
        return json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
    lines = _markdown(report, paper, attached, language)
    if form == "md":
        return ("\n\n".join(f"{mark}{text}" for mark, text in lines) + "\n").encode()
    return _page(paper.title.to(language), lines, language).encode()


def _markdown(
    report: Report, paper: Paper, attached: Sequence[Attachment], language: str
) -> list[tuple[str, str]]:
    """Paragraphs, each with the mark that makes it a heading, a point, or nothing."""
    lines = [("# ", paper.title.to(language))]
    if report.signer is None:
        lines.append(("> ", _DRAFT.to(language)))
    lines.append(("", f"{_TO.to(language)}: {report.occasion.authority}"))
    for part in paper.parts:
        lines.append(("## ", part.heading.to(language)))
        lines += [("", _one_line(one.to(language))) for one in part.lines]
    if attached:
        lines.append(("## ", _ATTACHED.to(language)))
        lines += [("- ", f"{one.name} ({one.size} B, SHA-256 {one.digest})") for one in attached]
    return [*lines, ("", _foot(report, language))]


def _foot(report: Report, language: str) -> str:
    signer = report.signer or "-"
    number, version, seal = report.case.number, report.version, report.digest
    return Text(
        zh=f"编号 {number}，第 {version} 版，签批人 {signer}，摘要 {seal}",
        en=f"Number {number}, version {version}, signed by {signer}, digest {seal}",
    ).to(language)


def _one_line(text: str) -> str:
    """Nothing that somebody wrote begins a heading of its own."""
    text = " ".join(text.split())
    return f"\\{text}" if text[:1] in {"#", ">", "-", "*", "+", "|", "`"} else text


_TAGS = {"# ": "h1", "## ": "h2", "> ": "blockquote", "- ": "p", "": "p"}


def _page(title: str, lines: Sequence[tuple[str, str]], language: str) -> str:
    body = "\n".join(f"<{_TAGS[mark]}>{escape(text)}</{_TAGS[mark]}>" for mark, text in lines[:-1])
    lang = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n{body}\n"
        f"<footer>{escape(lines[-1][1])}</footer>\n</body>\n</html>\n"
    )
