# SPDX-License-Identifier: Apache-2.0
"""How the command line shows what this room holds: as JSON and on one line."""

from __future__ import annotations

from typing import Any

from guiju.accounts.model import Agreement, App, Key, Person, Staff
from guiju.kernel import isoformat


def member(one: Staff) -> dict[str, Any]:
    """A member of staff, for JSON."""
    return {
        "id": one.id,
        "name": one.name,
        "display": one.display,
        "roles": [role.value for role in one.roles],
        "appointed_by": one.appointed_by,
        "appointed_at": isoformat(one.appointed_at),
        "dismissed_at": None if one.dismissed_at is None else isoformat(one.dismissed_at),
    }


def member_line(one: Staff) -> str:
    """The same on one line."""
    gone = "" if one.dismissed_at is None else f"  dismissed {isoformat(one.dismissed_at)}"
    return f"{one.name}  {one.id}  {', '.join(one.roles)}{gone}"


def person(one: Person) -> dict[str, Any]:
    """A person, for JSON."""
    return {
        "id": one.id,
        "app": one.app,
        "language": one.language,
        "state": one.state.value,
        "reason": one.reason,
        "registered_by": one.registered_by,
        "registered_at": isoformat(one.registered_at),
    }


def person_line(one: Person) -> str:
    """The same on one line."""
    return f"{one.id}  {one.state.value}  {one.reason}"


def key(one: Key) -> dict[str, Any]:
    """A key without its token, for JSON."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "owner": one.owner,
        "label": one.label,
        "last4": one.last4,
        "issued_at": isoformat(one.issued_at),
        "revoked_at": None if one.revoked_at is None else isoformat(one.revoked_at),
    }


def key_line(one: Key) -> str:
    """The same on one line."""
    state = "valid" if one.revoked_at is None else f"revoked {isoformat(one.revoked_at)}"
    return f"{one.id}  {one.kind.value}  ...{one.last4}  {state}  {one.label}".rstrip()


def app(one: App) -> dict[str, Any]:
    """An app, for JSON."""
    return {
        "id": one.id,
        "name": one.name,
        "state": one.state,
        "registered_by": one.registered_by,
        "registered_at": isoformat(one.registered_at),
    }


def app_line(one: App) -> str:
    """The same on one line."""
    return f"{one.id}  {one.state}  {one.name}"


def agreement(one: Agreement) -> dict[str, Any]:
    """A version with both texts, for JSON."""
    return {
        "version": one.version,
        "digest": one.digest,
        "note": one.note,
        "published_by": one.published_by,
        "published_at": isoformat(one.published_at),
        "change": one.change.value,
        "binds_from": None if one.binds_from is None else isoformat(one.binds_from),
        "zh": one.text.zh,
        "en": one.text.en,
    }


def agreement_line(one: Agreement) -> str:
    """The same on one line."""
    when = isoformat(one.published_at)
    head = f"version {one.version}  {one.digest[:12]}  {one.change.value}"
    return f"{head}  published {when} by {one.published_by}"
