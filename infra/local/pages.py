"""Serve the web pages on the port of the API, with the headers of the template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from infra.local.http_events import Request, Response
from infra.pages import CONFIG, content_type, page_files

Headers = Sequence[tuple[str, str]]


def serve_pages(prefix: str, config: bytes, headers: Headers) -> Callable[[Request], Response]:
    """Return a handler for the pages below `prefix`. config: the contents of config.json."""
    files = dict(page_files())

    def handle(request: Request) -> Response:
        nonlocal files
        name = unquote(request.path.removeprefix(prefix)) or "index.html"
        # Files are read for each request, so that a changed page takes effect without a restart.
        file = files.get(name)
        if file is None or not file.is_file():
            files = dict(page_files())
            file = files.get(name)
        if request.method not in {"GET", "HEAD"} or (file is None and name != CONFIG):
            return Response(404, b"Not Found", (("content-type", "text/plain"), *headers))
        body = config if file is None else file.read_bytes()
        kind = ("content-type", content_type(name))
        return Response(200, body, (kind, ("cache-control", "no-store"), *headers))

    return handle


def security_headers(policies: Mapping[str, Any], local_origins: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the headers of the template's AWS::CloudFront::ResponseHeadersPolicy, or none without one.

    local_origins: the local origin of each AWS origin.
    """
    if not policies:
        return []
    (properties,) = policies.values()
    config = properties["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    transport = security["StrictTransportSecurity"]
    policy = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    for origin, local_origin in local_origins.items():
        policy = policy.replace(origin, local_origin)
    subdomains = "; includeSubDomains" if transport["IncludeSubdomains"] else ""
    return [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", security["FrameOptions"]["FrameOption"]),
        ("referrer-policy", security["ReferrerPolicy"]["ReferrerPolicy"]),
        ("strict-transport-security", f"max-age={transport['AccessControlMaxAgeSec']}{subdomains}"),
        *((item["Header"].lower(), item["Value"]) for item in config["CustomHeadersConfig"]["Items"]),
    ]
