"""Opening a case: which of the staff may see it, with refusals of locked cases on record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.case_details import LockedCaseAccessed
from staydown.domain.cases.case import Case
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import CaseIsLocked, ClaimedByAnother, NotAllowed, NotFound, StaleVersion
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member of the staff who opens a case."""

    reviewer: str
    may_review: bool = True
    """Whether their group reviews cases."""
    senior: bool = False
    child_safety: bool = False
    """Whether they are of the group that sees locked cases."""

    @property
    def actor(self) -> Actor:
        return Actor.reviewer(self.reviewer)


def get_case(stack: Stack, case_id: str) -> Case:
    """Return a case; raise NotFound where there is none."""
    case = stack.cases.get_case(case_id)
    if case is None:
        raise NotFound(f"There is no case {case_id[:64]!r}.")
    return case


@retry_on_conflict
def open_case(stack: Stack, case_id: str, viewer: Viewer, *, part: str) -> Case:
    """Return a case to a viewer who may see it. part: the part of it that they ask for, for the audit.

    Access to a locked case is recorded, also where it is refused. Raise CaseIsLocked and NotAllowed.
    """
    case = get_case(stack, case_id)
    if case.state is CaseState.LOCKED:
        case = record_locked_access(stack, case, viewer.actor, part, allowed=viewer.child_safety)
        if not viewer.child_safety:
            raise CaseIsLocked("The case is locked to a restricted group.")
    elif not viewer.may_review:
        raise NotAllowed("Your group has access to locked cases only.")
    case.require_not_recused(viewer.reviewer)
    if case.second_opinion_pending and viewer.reviewer not in case.participants:
        raise NotAllowed(
            "A second opinion on this case is pending. Nobody else sees the decision until then."
        )
    if case.second_opinion_pending and case.has_claimed_second_opinion(viewer.reviewer):
        raise NotAllowed("You give the second opinion. You see the decision after you have given it.")
    return case


def record_locked_access(stack: Stack, case: Case, actor: Actor, part: str, *, allowed: bool) -> Case:
    """Record a request for a part of a locked case, allowed or refused."""
    uow = UnitOfWork(stack, actor)
    case = uow.record(case, LockedCaseAccessed(allowed, part))
    uow.commit()
    return replace(case, version=case.version + 1)


def require_may_act(stack: Stack, case: Case, reviewer: str, expected_revision: int | None) -> None:
    """Raise unless this reviewer may act on the case as they read it.

    Raise ConflictOfInterest where they are recused, StaleVersion where it changed, and ClaimedByAnother.
    """
    case.require_not_recused(reviewer)
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleVersion(
            "The case changed since you read it. Read it again, then continue.",
            extra={"state": case.state.value, "revision": case.revision},
        )
    claim = case.claim
    if claim is not None and claim.reviewer != reviewer and claim.expires_at > stack.now():
        raise ClaimedByAnother("Another reviewer is working on this case.")
