"""The web pages, on the same port as the API, with the headers that the template gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from infra.local.http_events import Request, Response
from infra.pages import CONFIG, content_type, page_files

Headers = Sequence[tuple[str, str]]


def serve_pages(prefix: str, config: bytes, headers: Headers) -> Callable[[Request], Response]:
    """Serve the pages under a path (`/console/`). config: the content of config.json. headers: of each."""
    known = dict(page_files())

    def handle(request: Request) -> Response:
        nonlocal known
        name = unquote(request.path.removeprefix(prefix)) or "index.html"
        # Looked up among those that there are, and read each time: a changed page shows without a restart.
        file = known.get(name)
        if file is None or not file.is_file():
            known = dict(page_files())
            file = known.get(name)
        if request.method not in {"GET", "HEAD"} or (file is None and name != CONFIG):
            return Response(404, b"Not Found", (("content-type", "text/plain"), *headers))
        body = config if file is None else file.read_bytes()
        kind = ("content-type", content_type(name))
        return Response(200, body, (kind, ("cache-control", "no-store"), *headers))

    return handle


def security_headers(policies: Mapping[str, Any], local_origins: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers of the template's one AWS::CloudFront::ResponseHeadersPolicy; none without one.

    elsewhere: origins of AWS, and where they are on this machine.
    """
    if not policies:
        return []
    (properties,) = policies.values()
    config = properties["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    transport = security["StrictTransportSecurity"]
    policy = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    for origin, here in local_origins.items():
        policy = policy.replace(origin, here)
    subdomains = "; includeSubDomains" if transport["IncludeSubdomains"] else ""
    return [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", security["FrameOptions"]["FrameOption"]),
        ("referrer-policy", security["ReferrerPolicy"]["ReferrerPolicy"]),
        ("strict-transport-security", f"max-age={transport['AccessControlMaxAgeSec']}{subdomains}"),
        *((item["Header"].lower(), item["Value"]) for item in config["CustomHeadersConfig"]["Items"]),
    ]
