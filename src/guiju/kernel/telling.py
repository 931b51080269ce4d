# SPDX-License-Identifier: Apache-2.0
"""The one shape in which every error goes over the wire: pages, API and data plane share it."""

from __future__ import annotations

from typing import Any

from guiju.kernel.errors import GuijuError


def error_body(error: GuijuError, language: str, request_id: str) -> dict[str, Any]:
    """The JSON body of `error`; its first four fields are those that OpenAI clients read."""
    return {
        "error": {
            "message": error.message(language),
            "type": error.type,
            "param": error.param,
            "code": error.code,
            "what": error.what.to(language),
            "remedy": error.remedy.to(language),
            "article": error.article,
            "case": error.case,
            "request_id": request_id,
        }
    }
