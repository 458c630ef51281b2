"""Validation of responses against the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from jsonschema import Draft202012Validator

PROBLEM = "application/problem+json"
PROBLEM_TYPES = "https://staydown.dev/problems/"
_INTERNAL_DETAILS = re.compile(r"Traceback|File \"|site-packages|botocore|\.py\b|arn:aws|Exception")
"""Patterns that no body may contain: paths of code, names of libraries, tracebacks."""


class ContractViolation(AssertionError):
    """A response that the document does not describe, or that no response may be."""


class Contract:
    """Validates responses against an OpenAPI 3.1 document and records the statuses of each operation."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._titles: dict[str, str] = {}
        self._paths = sorted(
            ((re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in document["paths"]),
            key=lambda pair: pair[1].count("{"),
        )
        self.answered: set[tuple[str, str, int]] = set()
        """(method, path in the document, status) of every validated response."""

    def operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield method, path and operation of each operation."""
        for path, operations in self._document["paths"].items():
            for method, operation in operations.items():
                yield method.upper(), path, operation

    def judge(self, response: requests.Response) -> None:
        """Raise ContractViolation for a response that the document does not describe."""
        method = str(response.request.method)
        path = self._path(urlsplit(str(response.request.url)).path)
        operation = self._document["paths"].get(path, {}).get(method.lower())
        if response.status_code >= 500:
            raise ContractViolation(f"{method} {path} failed: {response.status_code} {response.text[:300]}")
        if found := _INTERNAL_DETAILS.search(response.text):
            raise ContractViolation(f"{method} {path} shows what is inside: …{found[0]}…")
        if operation is None:
            if (response.status_code, response.json()) != (404, {"message": "Not Found"}):
                raise ContractViolation(
                    f"{method} {path} is no operation, but was answered {response.status_code}"
                )
            return
        self.answered.add((method, str(path), response.status_code))
        self._check_body(f"{method} {path}", operation, response)

    def _check_body(self, where: str, operation: Mapping[str, Any], response: requests.Response) -> None:
        said = operation["responses"]
        answer = said.get(str(response.status_code)) or said.get("default")
        kind = response.headers.get("content-type", "").partition(";")[0]
        if answer is None or (response.ok and str(response.status_code) not in said):
            raise ContractViolation(f"{where}: the document has no {response.status_code}")
        if kind not in answer.get("content", {}):
            raise ContractViolation(f"{where}: the document has no {kind} with {response.status_code}")
        body = response.json()
        schema = self._rooted(answer["content"][kind]["schema"])
        for error in Draft202012Validator(
            schema, format_checker=Draft202012Validator.FORMAT_CHECKER
        ).iter_errors(body):
            raise ContractViolation(f"{where}: {error.json_path} {error.message[:200]}")
        if kind == PROBLEM:
            self._check_problem(where, response.status_code, body)

    def _check_problem(self, where: str, status: int, problem: Mapping[str, Any]) -> None:
        """Check what a schema cannot express: RFC 9457, section 3.1, and one title for each problem type."""
        kind, title = problem["type"], problem["title"]
        if problem["status"] != status or not kind.startswith(PROBLEM_TYPES) or not problem["detail"]:
            raise ContractViolation(f"{where}: not a whole problem: {problem}")
        if self._titles.setdefault(kind, title) != title:
            raise ContractViolation(
                f"{where}: {kind} is called {title!r} here, and {self._titles[kind]!r} elsewhere"
            )

    def _path(self, path: str) -> str | None:
        return next((name for pattern, name in self._paths if pattern.fullmatch(path)), None)

    def _rooted(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema that can be used alone, with references into the components."""
        return {**schema, "components": self._document["components"]}
