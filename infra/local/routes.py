"""Read the HTTP API's routes from the OpenAPI body that SAM generates for API Gateway."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.deployment import Deployment

_FUNCTION = re.compile(r":function:([A-Za-z0-9]+)/invocations$")


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API."""

    key: str
    """For example `POST /v1/uploads`."""
    function: str
    """The logical id of the function."""
    authorizer: str | None
    """None for a public route."""
    scopes: tuple[str, ...]
    """A token needs one of these. Without scopes, any token is accepted."""
    rate: float
    """Throttling limit, in requests per second."""
    burst: int
    pattern: re.Pattern[str]

    @property
    def method(self) -> str:
        return self.key.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class JwtConfiguration:
    issuer: str
    audience: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cors:
    """The CORS configuration of the API. Any part may be empty. max_age is in seconds."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age: int = 0


@dataclass(frozen=True, slots=True)
class HttpApi:
    routes: tuple[Route, ...]
    authorizers: Mapping[str, JwtConfiguration]
    cors: Cors

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route of a request and its path parameters, which stay percent-encoded."""
        for route in self.routes:
            if route.method == method and (match := route.pattern.fullmatch(path)):
                return route, match.groupdict()
        return None


def load_api(deployment: Deployment) -> HttpApi:
    """Return the HTTP API of the template, or an empty one."""
    apis = deployment.resources_of_type("AWS::ApiGatewayV2::Api")
    if not apis:
        return HttpApi((), {}, Cors())
    (properties,) = apis.values()
    (stage,) = deployment.resources_of_type("AWS::ApiGatewayV2::Stage").values()
    body = properties["Body"]
    routes = [
        _route(f"{method.upper()} {path}", path, operation, stage)
        for path, operations in body["paths"].items()
        for method, operation in operations.items()
    ]
    # Like API Gateway, prefer literal parts over parameters.
    routes.sort(key=lambda route: [part.startswith("{") for part in route.key.split("/")])
    schemes = body.get("components", {}).get("securitySchemes", {})
    return HttpApi(tuple(routes), _authorizers(schemes), _cors(body.get("x-amazon-apigateway-cors", {})))


def _route(key: str, path: str, operation: Mapping[str, Any], stage: Mapping[str, Any]) -> Route:
    match = _FUNCTION.search(operation["x-amazon-apigateway-integration"]["uri"])
    assert match is not None, f"{key} has no function"
    ((authorizer, scopes),) = operation.get("security", [{"NONE": []}])[0].items()
    throttle = {**stage.get("DefaultRouteSettings", {}), **stage.get("RouteSettings", {}).get(key, {})}
    pattern = "".join(
        f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{[^}]+\})", path)
    )
    return Route(
        key=key,
        function=match[1],
        authorizer=None if authorizer == "NONE" else authorizer,
        scopes=tuple(scopes),
        rate=float(throttle.get("ThrottlingRateLimit", 10_000)),
        burst=int(throttle.get("ThrottlingBurstLimit", 5_000)),
        pattern=re.compile(pattern),
    )


def _authorizers(schemes: Mapping[str, Any]) -> dict[str, JwtConfiguration]:
    configurations = {}
    for name, scheme in schemes.items():
        configuration = scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"]
        configurations[name] = JwtConfiguration(configuration["issuer"], tuple(configuration["audience"]))
    return configurations


def _cors(configuration: Mapping[str, Any]) -> Cors:
    def names(key: str) -> tuple[str, ...]:
        values: Sequence[str] = configuration.get(key, ())
        return tuple(values)

    return Cors(
        origins=names("allowOrigins"),
        methods=names("allowMethods"),
        headers=names("allowHeaders"),
        exposed=names("exposeHeaders"),
        max_age=int(configuration.get("maxAge", 0)),
    )
