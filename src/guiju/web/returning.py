# SPDX-License-Identifier: Apache-2.0
"""Where a visitor may be sent back to: a path of this site and nowhere else."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

_LONGEST = 500


def safe_path(wanted: str | None, otherwise: str = "/") -> str:
    """`wanted` when it is a path of this site, else `otherwise`: no redirect leads elsewhere."""
    if not wanted or len(wanted) > _LONGEST or not wanted.startswith("/"):
        return otherwise
    # Browsers read "\" as "/" and drop control characters, so that "/\t/x" would become "//x".
    if wanted.startswith("//") or "\\" in wanted or not wanted.isprintable():
        return otherwise
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else wanted


def with_next(sign_in: str, path: str) -> str:
    """The address of the sign-in page that leads back to `path` afterwards."""
    return f"{sign_in}?next={quote(safe_path(path), safe='/')}"
