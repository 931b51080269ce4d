# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from tools import make_cases_doc

from guiju.app.cases import KINDS, handlers
from guiju.kernel import Event, StandingChanged
from guiju.storage import Database


def test_the_page_made_from_the_kinds_is_up_to_date() -> None:
    """docs/case-kinds.md says what the tables say: run tools/make_cases_doc.py."""
    assert make_cases_doc.PAGE.read_text(encoding="utf-8") == make_cases_doc.page()
    assert len(list(KINDS)) > 0


def test_who_listens_hears_that_a_standing_has_changed(db: Database) -> None:
    """From the outbox, once the step that changed it has committed."""
    heard: list[Event] = []
    handlers(heard.append)["standing-changed"](db, "person_a")
    assert heard == [StandingChanged("person_a")]
