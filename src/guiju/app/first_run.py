# SPDX-License-Identifier: Apache-2.0
"""The first hour: a demo service that works at once and says that it is one.

Staff are appointed, a policy goes through the same two pairs of eyes as any other, the agreement
and the profile are published, one person has registered and accepted; the credentials are in
`first-run.json`, which only its owner may read.
"""

from __future__ import annotations

import os
import secrets
from typing import Any

import msgspec

from guiju import accounts, policies, profile
from guiju.app.house import House
from guiju.app.settings import Settings
from guiju.kernel import software
from guiju.storage import Tx

_INSTALLER = software("installer")
_STAFF = (
    ("safety", ("safety-officer",)),
    ("second", ("safety-officer", "accountable-person")),
    ("appeals", ("appeals-officer", "reviewer")),
    ("privacy", ("privacy-officer", "agreement-manager", "filing-manager")),
)


def is_first_run(house: House) -> bool:
    """Whether nobody works here yet."""
    with house.database.read() as tx:
        return not accounts.staff_listed(tx)


def set_up_demo(house: House) -> dict[str, Any]:
    """Make the demo in one transaction and write `first-run.json`; returns its content."""
    with house.database.write() as tx:
        found = _people(tx)
        _service(tx)
        found |= _users(tx)
    urls = {
        "base_url": f"{house.settings.base_url}/v1",
        "console_url": f"{house.settings.base_url}/console",
    }
    _write(house.settings, urls | found)
    return urls | found


def _password() -> str:
    return secrets.token_urlsafe(15)


def _people(tx: Tx) -> dict[str, Any]:
    staff = []
    for name, roles in _STAFF:
        password = _password()
        accounts.appoint_staff(tx, _INSTALLER, name, password, roles)
        staff += [{"name": name, "password": password, "role": role} for role in roles[:1]]
    return {"staff": staff}


def _service(tx: Tx) -> None:
    first, second = (accounts.staff_actor(tx, name) for name in ("safety", "second"))
    legal = accounts.staff_actor(tx, "privacy")
    policies.install_default(tx, first, second)
    profile.install(tx, legal, second, profile.demo_statement())
    accounts.install_agreement(tx, legal, second, accounts.first_agreement())


def _users(tx: Tx) -> dict[str, Any]:
    password = _password()
    person = accounts.register_person(tx, _INSTALLER, "demo", password)
    agreement = accounts.agreement_in_force(tx)
    if agreement is None:
        raise RuntimeError("the demo has published its agreement before it registers people")
    accounts.accept_agreement(tx, person.actor, person.id, agreement.version)
    issued = accounts.issue_key(tx, person.actor, person.id)
    app = accounts.register_app(tx, _INSTALLER, "demo-app")
    return {
        "user": {"name": "demo", "password": password, "api_key": issued.token},
        "app": {"api_key": app.token},
    }


def _write(settings: Settings, content: dict[str, Any]) -> None:
    path = settings.first_run_file
    temporary = path.with_suffix(".tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
