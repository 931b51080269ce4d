# SPDX-License-Identifier: Apache-2.0
"""`/console/privacy/audits`: audits of how personal information is handled, put on record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju import records
from guiju.kernel import GuijuError
from guiju.privacy.model import HANDLER
from guiju.privacy.registers import (
    LONGEST,
    READERS,
    REGISTERS,
    RegisterPages,
    Typed,
    file_digest,
    rules_named,
    unreadable,
)
from guiju.records import Audit
from guiju.web import Posted

AUDITS = f"{REGISTERS}/audits"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AUDITED = ("auditor", "scope", "findings", "ended", "report")


class AuditPages(RegisterPages):
    """Those that were made, and the form for another."""

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        routes.get(AUDITS)(self.shown)
        routes.post(AUDITS)(self.note)

    def shown(self, request: Request) -> Response:
        """Those that were made, and the form for another."""
        return self._shown(request, {"outside": True}, None)

    def note(self, request: Request, form: Posted) -> Response:
        """Put one on record, by the digest of its report; the file is not kept."""
        viewer = self.site.require(request, HANDLER)
        typed: dict[str, Any] = {"outside": form.text("by") != "own"}
        try:
            typed |= {one: form.text(one, longest=LONGEST) for one in _AUDITED}
            report = file_digest(form) or typed["report"].lower()
            audit = Audit(
                id="",
                auditor=typed["auditor"],
                outside=typed["outside"],
                scope=typed["scope"],
                findings=typed["findings"],
                report=_digest(report),
                ended_on=typed["ended"],
                noted_by="",
                noted_at=_EPOCH,
                due_at=_EPOCH,
            )
            with self.database.write() as tx:
                records.note_audit(tx, viewer.actor, audit)
        except GuijuError as error:
            return self._shown(request, typed, error)
        return self.site.go(AUDITS)

    def _shown(self, request: Request, typed: Typed, error: GuijuError | None) -> Response:
        viewer = self.site.require(request, *READERS)
        with self.database.read() as tx:
            found, now = records.audits(tx), tx.now
        return self.page(
            request,
            "audits",
            error,
            found=found,
            now=now,
            typed=typed,
            may_note=viewer.has(HANDLER),
            rules=rules_named("privacy.audit.interval", "privacy.audit-auditor.times"),
        )


def _digest(found: str) -> str:
    if len(found) != 64 or any(one not in "0123456789abcdef" for one in found):  # noqa: PLR2004 - SHA-256
        raise unreadable(
            "report",
            "请选择报告文件，或填写其 SHA-256（64 位十六进制）。",
            "Choose the file of the report, or give its SHA-256 in hex.",
        )
    return found
