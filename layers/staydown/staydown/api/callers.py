"""Who is calling, as the API's authorizer has verified it."""

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
    """Sees locked cases, and nothing else."""


_REVIEWERS = frozenset({StaffGroup.REVIEWER, StaffGroup.SENIOR, StaffGroup.ADMIN})
_SENIORS = frozenset({StaffGroup.SENIOR, StaffGroup.ADMIN})


@dataclass(frozen=True, slots=True)
class StaffMember:
    """reviewer_id: the pool's own id, a pseudonym."""

    reviewer_id: str
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
    """The one platform that the token is for: its scope `platform/NAME`."""
    scopes = str(_claims(event).get("scope", "")).split()
    names = [s.removeprefix(PLATFORM_SCOPE) for s in scopes if s.startswith(PLATFORM_SCOPE)]
    if len(names) != 1 or not names[0]:
        raise NotAllowed("The token is not a platform's: it has no scope platform/NAME (or several).")
    return names[0]


def has_platform_scope(event: APIGatewayProxyEventV2) -> bool:
    return PLATFORM_SCOPE in str(_claims(event).get("scope", ""))


def require_staff(event: APIGatewayProxyEventV2) -> StaffMember:
    """Anybody in one of our groups."""
    claims = _claims(event)
    # The API hands on a list of the token as text: "[reviewer senior]".
    groups = frozenset(str(claims.get("cognito:groups", "")).strip("[]").replace(",", " ").split())
    subject = str(claims.get("sub", ""))
    if not subject or not groups & frozenset(StaffGroup):
        raise NotAllowed("Only reviewers may do that.")
    return StaffMember(subject, groups)


def require_reviewer(event: APIGatewayProxyEventV2) -> StaffMember:
    """Anybody in one of the groups that judge."""
    caller = require_staff(event)
    if not caller.is_reviewer:
        raise NotAllowed("Only reviewers may do that.")
    return caller


def require_senior(event: APIGatewayProxyEventV2) -> StaffMember:
    reviewer = require_reviewer(event)
    if not reviewer.is_senior:
        raise NotAllowed("Only senior reviewers may do that.")
    return reviewer


def _claims(event: APIGatewayProxyEventV2) -> dict[str, object]:
    authorizer = event.request_context.authorizer
    claims = authorizer.jwt_claim if authorizer is not None else None
    if not claims:
        raise NotAuthenticated("Send a token in the header Authorization: Bearer …")
    return dict(claims)
