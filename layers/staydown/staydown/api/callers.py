"""The caller of a request, as the API's authorizer has verified it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from staydown.domain.errors import NotAllowed, NotAuthenticated

PLATFORM_SCOPE = "platform/"


class StaffGroup(StrEnum):
    REVIEWER = "reviewer"
    SENIOR = "senior"
    ADMIN = "admin"
    CHILD_SAFETY = "child_safety"
    """Handles locked cases only."""


_REVIEWERS = frozenset({StaffGroup.REVIEWER, StaffGroup.SENIOR, StaffGroup.ADMIN})
_SENIORS = frozenset({StaffGroup.SENIOR, StaffGroup.ADMIN})


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A signed-in member of staff."""

    reviewer_id: str
    """The id in the user pool, a pseudonym."""
    groups: frozenset[str]

    @property
    def is_senior(self) -> bool:
        return bool(self.groups & _SENIORS)

    @property
    def is_reviewer(self) -> bool:
        return bool(self.groups & _REVIEWERS)

    @property
    def is_child_safety(self) -> bool:
        return StaffGroup.CHILD_SAFETY in self.groups


def require_platform(event: APIGatewayProxyEventV2) -> str:
    """Return the platform of the token, from its scope `platform/NAME`. Raise NotAllowed."""
    scopes = str(_claims(event).get("scope", "")).split()
    names = [s.removeprefix(PLATFORM_SCOPE) for s in scopes if s.startswith(PLATFORM_SCOPE)]
    if len(names) != 1 or not names[0]:
        raise NotAllowed("The token needs exactly one scope of the form platform/NAME.")
    return names[0]


def has_platform_scope(event: APIGatewayProxyEventV2) -> bool:
    return PLATFORM_SCOPE in str(_claims(event).get("scope", ""))


def require_staff(event: APIGatewayProxyEventV2) -> StaffMember:
    """Return the caller if they are in a staff group. Raise NotAllowed."""
    claims = _claims(event)
    # API Gateway passes a list claim as text: "[reviewer senior]".
    groups = frozenset(str(claims.get("cognito:groups", "")).strip("[]").replace(",", " ").split())
    subject = str(claims.get("sub", ""))
    if not subject or not groups & frozenset(StaffGroup):
        raise NotAllowed("Only reviewers have access.")
    return StaffMember(subject, groups)


def require_reviewer(event: APIGatewayProxyEventV2) -> StaffMember:
    """Return the caller if they are in a group that reviews cases. Raise NotAllowed."""
    caller = require_staff(event)
    if not caller.is_reviewer:
        raise NotAllowed("Only reviewers have access.")
    return caller


def require_senior(event: APIGatewayProxyEventV2) -> StaffMember:
    reviewer = require_reviewer(event)
    if not reviewer.is_senior:
        raise NotAllowed("Only senior reviewers have access.")
    return reviewer


def _claims(event: APIGatewayProxyEventV2) -> dict[str, object]:
    authorizer = event.request_context.authorizer
    claims = authorizer.jwt_claim if authorizer is not None else None
    if not claims:
        raise NotAuthenticated("Send an access token in the header `Authorization: Bearer …`.")
    return dict(claims)
