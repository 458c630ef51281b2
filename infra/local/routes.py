"""The HTTP API's routes, read from the OpenAPI body that SAM writes for API Gateway."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.deployment import Deployment

_FUNCTION = re.compile(r":function:([A-Za-z0-9]+)/invocations$")


@dataclass(frozen=True, slots=True)
class Route:
    """key: `POST /v1/uploads`. function: logical id. authorizer: None for a public route. scopes: a token
    needs one of them (no scopes: any token). rate, burst: throttle, per second and at once."""

    key: str
    function: str
    authorizer: str | None
    scopes: tuple[str, ...]
    rate: float
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
    """As API Gateway holds it; any of them may be empty. max_age: seconds."""

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
        """The route of a request, and its path parameters as they stand in the path."""
        for route in self.routes:
            if route.method == method and (found := route.pattern.fullmatch(path)):
                return route, found.groupdict()
        return None


def load_api(deployment: Deployment) -> HttpApi:
    """The one HTTP API of the template (an empty one, when it has none)."""
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
    # Literal parts before parameters, as API Gateway prefers them.
    routes.sort(key=lambda route: [part.startswith("{") for part in route.key.split("/")])
    schemes = body.get("components", {}).get("securitySchemes", {})
    return HttpApi(tuple(routes), _authorizers(schemes), _cors(body.get("x-amazon-apigateway-cors", {})))


def _route(key: str, path: str, operation: Mapping[str, Any], stage: Mapping[str, Any]) -> Route:
    found = _FUNCTION.search(operation["x-amazon-apigateway-integration"]["uri"])
    assert found is not None, f"{key} has no function"
    ((authorizer, scopes),) = operation.get("security", [{"NONE": []}])[0].items()
    throttle = {**stage.get("DefaultRouteSettings", {}), **stage.get("RouteSettings", {}).get(key, {})}
    pattern = "".join(
        f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{[^}]+\})", path)
    )
    return Route(
        key=key,
        function=found[1],
        authorizer=None if authorizer == "NONE" else authorizer,
        scopes=tuple(scopes),
        rate=float(throttle.get("ThrottlingRateLimit", 10_000)),
        burst=int(throttle.get("ThrottlingBurstLimit", 5_000)),
        pattern=re.compile(pattern),
    )


def _authorizers(schemes: Mapping[str, Any]) -> dict[str, JwtConfiguration]:
    found = {}
    for name, scheme in schemes.items():
        configuration = scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"]
        found[name] = JwtConfiguration(configuration["issuer"], tuple(configuration["audience"]))
    return found


def _cors(configuration: Mapping[str, Any]) -> Cors:
    def names(key: str) -> tuple[str, ...]:
        given: Sequence[str] = configuration.get(key, ())
        return tuple(given)

    return Cors(
        origins=names("allowOrigins"),
        methods=names("allowMethods"),
        headers=names("allowHeaders"),
        exposed=names("exposeHeaders"),
        max_age=int(configuration.get("maxAge", 0)),
    )
