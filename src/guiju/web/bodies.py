# SPDX-License-Identifier: Apache-2.0
"""Bodies as programs send them."""

from __future__ import annotations

from typing import Any

import msgspec


def read_json(value: Any) -> Any:
    """JSON, however it was announced: `curl -d` says that it sends a form."""
    return msgspec.json.decode(value) if isinstance(value, bytes) else value
