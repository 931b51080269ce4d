# SPDX-License-Identifier: Apache-2.0
"""Fields that a statement has beside words: yes or no, and days."""

from __future__ import annotations

from datetime import date

from guiju.kernel import Form


def flag(form: Form, key: str, *, default: bool | None = None) -> bool:
    """Yes or no; raises Invalid for anything else, and where nothing is said without a default."""
    if default is not None and not form.has(key):
        return default
    value = form.value(key)
    if not isinstance(value, bool):
        raise form.fault(key, "只能是 true 或 false", "must be true or false")
    return value


def day(form: Form, key: str) -> str:
    """A day as YYYY-MM-DD, however the file wrote it."""
    value = form.value(key)
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError as error:
        raise form.fault(
            key, "应为日期，如 2026-11-30", "must be a day such as 2026-11-30"
        ) from error
