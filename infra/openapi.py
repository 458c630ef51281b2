"""Generate the OpenAPI document from the functions' routes and the template's authorisation.

`python -m infra.openapi` writes the document. With `--check` it fails if the checked-in document is outdated.
Both fail if the template and the functions do not have the same routes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "layers" / "staydown" / "staydown" / "api" / "openapi.json"
UNDOCUMENTED = {("GET", "/v1/openapi.json")}
"""Routes without an operation: the document itself."""

SCHEMAS = "#/components/schemas/"
PUBLISHED_NAMES: dict[str, str] = {
    "ActionStats": "ActionsTaken",
    "ActiveReviewer": "OtherReader",
    "AlignedComparison": "Comparison",
    "AppealDetails": "ReviewedAppeal",
    "AppealParty": "Appellant",
    "AppealStats": "Appeals",
    "CaseAudit": "Audit",
    "CaseDecision": "DecisionMade",
    "CaseMatch": "MatchMade",
    "CaseNote": "NoteLeft",
    "CaseOrigin": "Origin",
    "CasePreservation": "Held",
    "CaseSplit": "CaseSeparated",
    "ComplainantIsSubject": "Complainant",
    "ContactUpdate": "ContactAdded",
    "DecisionFactors": "FactorsGiven",
    "DecisionOutcome": "Outcome",
    "DecisionTimeStats": "TimeToAct",
    "DeclarationsBody": "DeclarationsMade",
    "DismissalAppealRequest": "RefusalAppealRequest",
    "DismissalAppealStatus": "RefusalAppeal",
    "DurationStats": "TimeTaken",
    "EmailPreference": "MailChoice",
    "EndReason": "Ending",
    "EntryAction": "Change",
    "EntryChangeRequest": "EntryChange",
    "EntrySupport": "RestsOn",
    "EvidenceBundle": "Bundle",
    "FormQuestion": "QuestionAsked",
    "HashBody": "HashMade",
    "IssuedNoticeLink": "NoticeLink",
    "LegalHoldReason": "HoldReason",
    "LinkedAppeal": "OwnAppeal",
    "LinkedAppealRequest": "AppealByLink",
    "LinkedNotices": "FollowedNotice",
    "MatchAlignment": "Overlap",
    "MatchStats": "Stopped",
    "MatchStatsByDay": "StoppedOnDay",
    "MatchStatsByDistance": "StoppedAtDistance",
    "MatchStatsByView": "StoppedByView",
    "MisuseDetails": "MisuseFound",
    "MisuseStats": "Misuse",
    "MisuseSubjectKind": "SubjectKind",
    "NextSecondOpinion": "NextOpinion",
    "OverrideReason": "Reason",
    "PendingSecondOpinion": "WaitingOpinion",
    "QueueAgeBucket": "AgeOfCases",
    "QueueStats": "QueueNow",
    "ReasonTemplate": "Template",
    "ReasonTemplates": "Templates",
    "RecusedCase": "ConflictDeclared",
    "RelationToSubject": "Relation",
    "ReplacementSecret": "NewSecret",
    "ReportCases": "FoundCases",
    "ReportReceipt": "FiledReport",
    "ReportStatus": "FollowedReport",
    "ReportedCaseStatus": "FollowedCase",
    "RepresentativeRole": "Authority",
    "RevealedImage": "Revealed",
    "ReviewerStats": "ReviewerLoad",
    "SceneSetting": "Setting",
    "SecondOpinionPage": "OpinionPage",
    "SecondOpinionRequest": "OpinionRequest",
    "SecondOpinionResult": "OpinionGiven",
    "SecondOpinionState": "OpinionState",
    "SecondOpinionStats": "SecondOpinions",
    "ShownContent": "Shown",
    "ShownCount": "ShownInCases",
    "SplitRequest": "SeparationRequest",
    "SupportSource": "Source",
    "SuspensionStats": "Suspensions",
    "TransparencyStats": "Transparency",
    "UnclaimedCase": "CaseLeft",
    "UnreachableReason": "Unreachable",
}
"""The schema name in the contract of each class whose name in the code differs from it."""

LIBRARY_SCHEMAS = {"HTTPValidationError", "ValidationError", "ResponseValidationError"}
"""Error schemas of the library, which are not used: errors are problems."""

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details: the cause, its place and the remedy",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "description": "Stable identifier of the kind of problem",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
MESSAGE = {
    "type": "object",
    "description": "Response of the gateway to a request that it rejects itself",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}
PROBLEM_RESPONSE = {
    "description": (
        "The request was rejected or failed. The problem states why. Rejections by the gateway (401 no valid "
        "token, 403 missing scope, 404 no route, 413 too large, 429 throttled) have a message only"
    ),
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        "application/json": {"schema": {"$ref": "#/components/schemas/Message"}},
    },
}


class ContractMismatch(Exception):
    """Template and functions have different routes, or two functions different schemas of one name."""


def build_document() -> dict[str, Any]:
    """Return the document of the whole API. Raise ContractMismatch."""
    routes = _template_routes()
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM, "Message": MESSAGE}
    for name in sorted({name for name, _ in routes.values()}):
        app = getattr(importlib.import_module(f"functions.{name}.app"), "app", None)
        if app is None:
            continue
        schema = _with_published_names(app.get_openapi_json_schema(title="Staydown", version="v1"))
        _add_schemas(schemas, schema.get("components", {}).get("schemas", {}), name)
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                paths.setdefault(path, {})[method] = _finish_operation(operation)
    _require_same_routes(set(routes), {(m.upper(), p) for p, operations in paths.items() for m in operations})
    for (method, path), (_, scopes) in routes.items():
        if (method, path) not in UNDOCUMENTED:
            paths[path][method.lower()]["security"] = [{"token": scopes}] if scopes else []
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Staydown",
            "version": f"v1 ({version('staydown')})",
            "description": "Staydown keeps a removed intimate image from coming back.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": (
                        "Client apps: client credentials with the scope named here and one platform/NAME. "
                        "Reviewers: the access token of their sign-in."
                    ),
                }
            },
        },
    }


def _with_published_names(text: str) -> dict[str, Any]:
    """Return one function's document with the schema names of the contract in place of class names."""
    schema: dict[str, Any] = _renamed(json.loads(text))
    components = schema.get("components", {})
    published = {}
    for name, one in components.get("schemas", {}).items():
        title = PUBLISHED_NAMES.get(name, name) if one.get("title") == name else one.get("title")
        published[PUBLISHED_NAMES.get(name, name)] = {**one, **({"title": title} if title else {})}
    components["schemas"] = published
    return schema


def _renamed(node: Any) -> Any:
    """Return a part of the document with each reference to a schema by its published name."""
    if isinstance(node, dict):
        return {key: _reference(value) if key == "$ref" else _renamed(value) for key, value in node.items()}
    return [_renamed(inner) for inner in node] if isinstance(node, list) else node


def _reference(value: str) -> str:
    name = value.removeprefix(SCHEMAS)
    return SCHEMAS + PUBLISHED_NAMES.get(name, name)


def _template_routes() -> dict[tuple[str, str], tuple[str, list[str]]]:
    """Return the function folder and the required scopes (none: public) by (method, path)."""
    resources = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Resources"]
    (api,) = (one["Properties"] for one in resources.values() if one["Type"] == "AWS::Serverless::HttpApi")
    routes = {}
    for resource in resources.values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        for event in properties.get("Events", {}).values():
            if event["Type"] == "HttpApi":
                route = event["Properties"]
                folder = properties["Handler"].split(".")[1]
                routes[route["Method"], route["Path"]] = (folder, route_scopes(api["Auth"], route))
    return routes


def route_scopes(api_auth: Mapping[str, Any], route: Mapping[str, Any]) -> list[str]:
    """Return the scopes of a route, as SAM derives them: its own, or else those of its authorizer.

    A token needs one of them. None for a public route.
    """
    own = route.get("Auth", {})
    authorizer = own.get("Authorizer", api_auth["DefaultAuthorizer"])
    if authorizer == "NONE":
        return []
    default = api_auth["Authorizers"][authorizer].get("AuthorizationScopes", [])
    return list(own.get("AuthorizationScopes", default))


def _add_schemas(schemas: dict[str, Any], more: dict[str, Any], function: str) -> None:
    """Add the schemas of a function. Raise ContractMismatch if a name has another schema already."""
    for name, schema in more.items():
        if name not in LIBRARY_SCHEMAS and schemas.setdefault(name, schema) != schema:
            raise ContractMismatch(f"{function}: the schema {name} differs from that of another function")


def _require_same_routes(routed: set[tuple[str, str]], documented: set[tuple[str, str]]) -> None:
    odd = (routed - UNDOCUMENTED) ^ documented
    if odd:
        raise ContractMismatch(f"only in the template or only in a function: {sorted(odd)}")


def _finish_operation(operation: dict[str, Any]) -> dict[str, Any]:
    for status in ("422", "500"):  # The library's own error schemas.
        operation["responses"].pop(status, None)
    operation["responses"]["default"] = PROBLEM_RESPONSE
    return operation


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    try:
        text = json.dumps(build_document(), indent=1, ensure_ascii=False, sort_keys=False) + "\n"
    except ContractMismatch as error:
        print(f"openapi: {error}", file=sys.stderr)
        return 1
    if not arguments.check:
        DOCUMENT.write_text(text, encoding="utf-8")
        print(f"wrote {DOCUMENT.relative_to(ROOT)}")
    elif not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != text:
        print(f"{DOCUMENT.relative_to(ROOT)} is outdated: run `python -m infra.openapi`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
