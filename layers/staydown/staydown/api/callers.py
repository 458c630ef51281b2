"""Who is calling, as the API's authorizer has verified it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from staydown.domain.errors import NotAllowed, NotAuthenticated

PLATFORM_SCOPE = "platform/"


class Group(StrEnum):
    REVIEWER = "reviewer"
    SENIOR = "senior"
    ADMIN = "admin"
    CHILD_SAFETY = "child_safety"
    """Sees locked cases, and nothing else."""


_REVIEWERS = frozenset({Group.REVIEWER, Group.SENIOR, Group.ADMIN})
_SENIORS = frozenset({Group.SENIOR, Group.ADMIN})


@dataclass(frozen=True, slots=True)
class Reviewer:
    """reviewer_id: the pool's own id, a pseudonym."""

    reviewer_id: str
    groups: frozenset[str]

    @property
    def senior(self) -> bool:
        return bool(self.groups & _SENIORS)

    @property
    def reviews(self) -> bool:
        return bool(self.groups & _REVIEWERS)

    @property
    def child_safety(self) -> bool:
        return Group.CHILD_SAFETY in self.groups


def calling_platform(event: APIGatewayProxyEventV2) -> str:
    """The one platform that the token is for: its scope `platform/NAME`."""
    scopes = str(_claims(event).get("scope", "")).split()
    names = [s.removeprefix(PLATFORM_SCOPE) for s in scopes if s.startswith(PLATFORM_SCOPE)]
    if len(names) != 1 or not names[0]:
        raise NotAllowed("The token is not a platform's: it has no scope platform/NAME (or several).")
    return names[0]


def is_platform(event: APIGatewayProxyEventV2) -> bool:
    return PLATFORM_SCOPE in str(_claims(event).get("scope", ""))


def calling_staff(event: APIGatewayProxyEventV2) -> Reviewer:
    """Anybody in one of our groups."""
    claims = _claims(event)
    # The API hands on a list of the token as text: "[reviewer senior]".
    groups = frozenset(str(claims.get("cognito:groups", "")).strip("[]").replace(",", " ").split())
    subject = str(claims.get("sub", ""))
    if not subject or not groups & frozenset(Group):
        raise NotAllowed("Only reviewers may do that.")
    return Reviewer(subject, groups)


def calling_reviewer(event: APIGatewayProxyEventV2) -> Reviewer:
    """Anybody in one of the groups that judge."""
    caller = calling_staff(event)
    if not caller.reviews:
        raise NotAllowed("Only reviewers may do that.")
    return caller


def calling_senior(event: APIGatewayProxyEventV2) -> Reviewer:
    reviewer = calling_reviewer(event)
    if not reviewer.senior:
        raise NotAllowed("Only senior reviewers may do that.")
    return reviewer


def _claims(event: APIGatewayProxyEventV2) -> dict[str, object]:
    authorizer = event.request_context.authorizer
    claims = authorizer.jwt_claim if authorizer is not None else None
    if not claims:
        raise NotAuthenticated("Send a token in the header Authorization: Bearer …")
    return dict(claims)
