# SPDX-License-Identifier: Apache-2.0
"""From a request to the visit it is part of, and from a session to the cookies of a browser."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from guiju.accounts import devices
from guiju.accounts.model import Opened, SessionKind, Visit
from guiju.accounts.names import login_name
from guiju.accounts.passkey_model import Party
from guiju.accounts.sessions import LASTS
from guiju.kernel import Invalid, Keyring
from guiju.web import Site, address_of


def visit_of(request: Request, site: Site, party: Party | None = None) -> Visit:
    """Where this request comes from; nothing in it is believed but our own cookies."""
    found = Visit(
        address=address_of(request),
        browser=request.headers.get("user-agent", ""),
        device=site.cookies.device(request),
        replacing=site.cookies.session(request),
        binding=site.form_token(request) or "",
    )
    return found if party is None else found._replace(party=party)


def keep(site: Site, response: Response, opened: Opened) -> Response:
    """Let the browser hold the new session."""
    seconds = int(LASTS[opened.session.kind].total_seconds())
    site.cookies.keep_session(response, opened.token, seconds)
    return response


def remember(site: Site, response: Response, keys: Keyring, kind: SessionKind, name: str) -> None:
    """Let the browser be known for the name it signed in by."""
    try:
        folded = login_name(name).folded
    except Invalid:
        return
    site.cookies.keep_device(response, devices.token(keys, kind.value, folded))
