"""The HTTP API: routes, throttle, authorizer and CORS as API Gateway has them; functions answer."""

from __future__ import annotations

from collections.abc import Mapping

from infra.local.functions import FunctionError, LambdaFunction
from infra.local.http_events import Request, Response, gateway_message, to_http_response, to_lambda_event
from infra.local.routes import Cors, HttpApi, Route
from infra.local.throttle import TokenBucket
from infra.local.tokens import Forbidden, TokenService, Unauthorized


class _GatewayRejection(Exception):
    """API Gateway itself answers; no function is asked."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class Gateway:
    """tokens: None where the template has no user pool; then every route that needs a token refuses."""

    def __init__(
        self, api: HttpApi, functions: Mapping[str, LambdaFunction], tokens: TokenService | None
    ) -> None:
        self._api = api
        self._functions = functions
        self._tokens = tokens
        self._buckets = {route.key: TokenBucket(route.rate, route.burst) for route in api.routes}

    def handle(self, request: Request) -> Response:
        cors = self._api.cors
        if request.method == "OPTIONS" and cors.origins:
            return _preflight_response(request, cors)
        return _with_cors(self._respond(request), request, cors)

    def _respond(self, request: Request) -> Response:
        try:
            route, parameters = self._route(request)
            claims = self._claims(request, route)
            return to_http_response(
                self._functions[route.function].invoke(to_lambda_event(request, route, parameters, claims))
            )
        except _GatewayRejection as refused:
            return refused.response
        except FunctionError:
            return gateway_message(500, "Internal Server Error")

    def _route(self, request: Request) -> tuple[Route, dict[str, str]]:
        found = self._api.find(request.method, request.path)
        if found is None:
            raise _GatewayRejection(gateway_message(404, "Not Found"))
        if not self._buckets[found[0].key].take():
            raise _GatewayRejection(gateway_message(429, "Too Many Requests"))
        return found

    def _claims(self, request: Request, route: Route) -> Mapping[str, object] | None:
        if route.authorizer is None:
            return None
        if self._tokens is None:
            raise _GatewayRejection(gateway_message(401, "Unauthorized"))
        configuration = self._api.authorizers[route.authorizer]
        try:
            return self._tokens.authorize(request.headers.get("authorization"), configuration, route)
        except Unauthorized as error:
            challenge = f'Bearer error="invalid_token" error_description="{error}"'
            raise _GatewayRejection(
                gateway_message(401, "Unauthorized", ("www-authenticate", challenge))
            ) from None
        except Forbidden:
            challenge = f'Bearer scope="{" ".join(route.scopes)}" error="insufficient_scope"'
            raise _GatewayRejection(
                gateway_message(403, "Forbidden", ("www-authenticate", challenge))
            ) from None


def _preflight_response(request: Request, cors: Cors) -> Response:
    headers = _allow_origin(request, cors)
    if headers:
        headers += [
            ("access-control-allow-methods", ",".join(cors.methods)),
            ("access-control-allow-headers", ",".join(cors.headers)),
            ("access-control-max-age", str(cors.max_age)),
        ]
    return Response(204, b"", tuple(headers))


def _with_cors(response: Response, request: Request, cors: Cors) -> Response:
    """The response with API Gateway's CORS headers; a function's own are dropped, as there."""
    if not cors.origins:
        return response
    kept = [header for header in response.headers if not header[0].startswith("access-control-")]
    allowed = _allow_origin(request, cors)
    if allowed and cors.exposed:
        allowed.append(("access-control-expose-headers", ",".join(cors.exposed)))
    return Response(response.status, response.body, (*kept, *allowed))


def _allow_origin(request: Request, cors: Cors) -> list[tuple[str, str]]:
    origin = request.headers.get("origin")
    if origin is None or not {"*", origin} & set(cors.origins):
        return []
    return [("access-control-allow-origin", "*" if "*" in cors.origins else origin)]
