# SPDX-License-Identifier: Apache-2.0
"""Providers of identities that people or staff may sign in with (OpenID Connect Core 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from guiju.accounts.model import SessionKind


@dataclass(frozen=True, slots=True)
class Provider:
    """Who vouches for somebody: `name` in our addresses, `issuer` exactly as its tokens name it.

    `kind` is for whom it does, `title` what its button says, `client` what it knows us as. One that
    was taken off (`removed_at`) vouches for nobody; what was linked to it stays on record.
    """

    name: str
    kind: SessionKind
    issuer: str
    client: str
    title: str
    set_by: str
    set_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Link:
    """That an account may be entered by an identity of a provider, whose name is not kept."""

    id: str
    owner: str
    provider: str
    linked_at: datetime


class Endpoints(NamedTuple):
    """Where a provider is asked, from its own description."""

    authorize: str
    token: str
    keys: str
    names_itself: bool
    """Whether each answer of its says whose it is (RFC 9207)."""


class Identity(NamedTuple):
    """Who a provider says somebody is: nothing but the name it has for them."""

    provider: str
    subject: str


class Begun(NamedTuple):
    """A way to a provider that was begun, as its end finds it again."""

    provider: str
    target: str
    owner: str
    """Who wants to link the identity to their account; empty for signing in."""
