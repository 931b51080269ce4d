# SPDX-License-Identifier: Apache-2.0
"""The few static files, each served under a name that holds its digest and so kept for a year."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from guiju.web.errors import no_such_page

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file's bytes and how they are served."""

    name: str
    media_type: str
    data: bytes


class Assets:
    """All static files, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Read every file of `folder` whose type we serve."""
        files = [path for path in sorted(folder.iterdir()) if path.suffix in _TYPES]
        self._names: Mapping[str, Asset] = {path.name: _asset(path) for path in files}
        self._served = {asset.name: asset for asset in self._names.values()}

    def address(self, name: str) -> str:
        """Where the page finds `name`; raises KeyError for a file that does not exist."""
        return f"{PREFIX}/{self._names[name].name}"

    def serve(self, request: Request) -> Response:
        """The file with exactly this digest; an old page's file is gone, not replaced."""
        asset = self._served.get(request.path_params["name"])
        if asset is None:
            raise no_such_page()
        headers = {"cache-control": _FOR_A_YEAR}
        return Response(asset.data, media_type=asset.media_type, headers=headers)


def _asset(path: Path) -> Asset:
    data = path.read_bytes()
    mark = hashlib.sha256(data).hexdigest()[:16]
    return Asset(f"{path.stem}.{mark}{path.suffix}", _TYPES[path.suffix], data)
