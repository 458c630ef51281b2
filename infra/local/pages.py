"""The console's pages, on the same port as the API."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from infra.local.messages import Request, Response


def pages(folder: Path, prefix: str) -> Callable[[Request], Response]:
    """Serve the files of a folder under a path (`/console/`); its index.html for the path itself."""
    root = folder.resolve()

    def handle(request: Request) -> Response:
        file = (root / unquote(request.path.removeprefix(prefix))).resolve()
        if file.is_dir():
            file /= "index.html"
        if request.method not in {"GET", "HEAD"} or not file.is_relative_to(root) or not file.is_file():
            return Response(404, b"Not Found", (("content-type", "text/plain"),))
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return Response(200, file.read_bytes(), (("content-type", kind), ("cache-control", "no-store")))

    return handle
