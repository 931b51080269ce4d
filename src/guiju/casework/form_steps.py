# SPDX-License-Identifier: Apache-2.0
"""What a form on the page of a room's own case does: one step, on the version that was looked at.

Nothing of `web` is loaded here: the door of this room is entered by commands that show no page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guiju.casework.case import Case
from guiju.kernel import Actor, GuijuError
from guiju.storage import Database, Tx

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from guiju.web import Form, Site


@dataclass(frozen=True, slots=True)
class FormSteps:
    """How the forms of one page take their steps.

    `find`: the case with a number; it raises NotFound, and Conflict where it has changed since the
    version that the form was made from. A form without a version takes the case as it now is.
    `here`: where one comes back to, `{here}/{number}`. `shown`: the page with what was refused.
    """

    database: Database
    site: Site
    find: Callable[[Tx, str, int | None], Case]
    here: str
    shown: Callable[[Request, str, GuijuError], Response]

    def __call__(
        self, request: Request, number: str, form: Form, do: Callable[[Tx, Actor, Case], object]
    ) -> Response:
        """Do this to the case in one transaction, by whoever is signed in, and come back."""
        viewer = self.site.require(request)
        try:
            with self.database.write() as tx:
                do(tx, viewer.actor, self.find(tx, number, form.number("version")))
        except GuijuError as error:
            return self.shown(request, number, error)
        return self.site.go(f"{self.here}/{number}")
