"""Appeals, which a reviewer without a part in the decision decides, and disagreements of two reviewers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Self

from staydown.domain.accounts.account import Block
from staydown.domain.cases.case import Case
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import AlreadyDecided, Conflict, SameReviewer
from staydown.domain.uploads.stops import StopCauseKind
from staydown.domain.uploads.upload import Upload


class AppealOutcome(StrEnum):
    GRANTED = "upheld"
    DENIED = "rejected"


class AppealParty(StrEnum):
    """The party that appeals."""

    ACCOUNT_HOLDER = "account_holder"
    REPORTER = "reporter"
    DISAGREEMENT = "second_opinion"
    """Nobody: a second opinion differs from the decision, and a senior reviewer decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealBase:
    """What all kinds of appeals have in common."""

    party: ClassVar[AppealParty]
    """The party that appeals."""

    appeal_id: str
    """Derived from what is appealed and by whom, so that a repeated appeal is the same one."""
    statement: str
    """The party's words; of a disagreement, the reasons of the second opinion."""
    filed_at: datetime
    """When the appeal was filed."""
    outcome: AppealOutcome | None = None
    """The outcome; None: the appeal is pending."""
    reasons: str = ""
    """The reviewer's reasons for the outcome."""
    decided_by: str | None = None
    """The reviewer who decided the appeal."""
    decided_at: datetime | None = None
    """When the appeal was decided."""
    version: int = 0
    """Incremented by each write."""

    @property
    def account(self) -> tuple[str, str]:
        """The platform and account id of the account holder; both empty for other parties."""
        return "", ""

    def decided(self, outcome: AppealOutcome, reasons: str, *, reviewer: str, now: datetime) -> Self:
        """Return the decided appeal. Raise AlreadyDecided if it is not pending."""
        if self.outcome is not None:
            raise AlreadyDecided(
                f"The appeal was {_IN_WORDS[self.outcome]}.", extra={"outcome": self.outcome.value}
            )
        return replace(self, outcome=outcome, reasons=reasons, decided_by=reviewer, decided_at=now)


_IN_WORDS = {AppealOutcome.GRANTED: "granted", AppealOutcome.DENIED: "denied"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAppeal(AppealBase):
    """An appeal of an account holder."""

    party: ClassVar[AppealParty] = AppealParty.ACCOUNT_HOLDER

    platform: str
    """The platform of the account."""
    account_id: str
    """The account."""

    @property
    def account(self) -> tuple[str, str]:
        return self.platform, self.account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionAppeal(AccountAppeal):
    """An account holder's appeal of a decision that blocks the account."""

    case_id: str
    """The case of the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchAppeal(AccountAppeal):
    """An account holder's appeal of a match that stopped an upload without human review."""

    case_id: str
    """The case whose decision supports the matched entry. It can be about another platform's image."""
    upload_id: str
    """The stopped upload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockAppeal(AccountAppeal):
    """An account holder's appeal of a manual block."""

    case_id: ClassVar[None] = None
    """A manual block has no case."""

    block: Block
    """The block as it was when the appeal was filed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissalAppeal(AppealBase):
    """A reporter's appeal of the dismissal of a report."""

    party: ClassVar[AppealParty] = AppealParty.REPORTER

    case_id: str
    """The dismissed case."""
    case_number: str
    """The case number of the reporter's report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement(AppealBase):
    """A second opinion that differs from the decision of a case."""

    party: ClassVar[AppealParty] = AppealParty.DISAGREEMENT

    case_id: str
    """The case with the two decisions."""


Appeal = DecisionAppeal | MatchAppeal | BlockAppeal | DismissalAppeal | Disagreement


def disclosed_case_id(appeal: Appeal) -> str | None:
    """Return the case that the party may know: not that of a match, which can be about another's image."""
    return None if isinstance(appeal, MatchAppeal) else appeal.case_id


def redacted(appeal: Appeal) -> Appeal:
    """Return the appeal without its statement, account and upload."""
    match appeal:
        case MatchAppeal():
            return replace(appeal, statement="", platform="", account_id="", upload_id="")
        case DecisionAppeal() | BlockAppeal():
            return replace(appeal, statement="", platform="", account_id="")
        case DismissalAppeal() | Disagreement():
            return replace(appeal, statement="")


def decision_appeal_id(case_id: str, platform: str, account_id: str) -> str:
    """Return the id of an account's appeal of a case: there is one, whichever way it is filed."""
    return str(uuid.uuid5(uuid.UUID(case_id), f"{platform}\n{account_id}"))


def disagreement_appeal_id(case_id: str) -> str:
    """Return the id of the disagreement on a case."""
    return str(uuid.uuid5(uuid.UUID(case_id), "second opinion"))


def dismissal_appeal_id(case_id: str, case_number: str) -> str:
    """Return the id of the appeal by the reporter with this case number."""
    return str(uuid.uuid5(uuid.UUID(case_id), f"report\n{case_number}"))


def match_appeal_id(case_id: str, upload_id: str) -> str:
    """Return the id of the appeal of an upload that an entry of this case stopped."""
    return str(uuid.uuid5(uuid.UUID(case_id), f"upload\n{upload_id}"))


def require_appealable_block(block: Block, *, now: datetime, window: timedelta) -> None:
    """Raise Conflict unless this manual block can be appealed."""
    if now > block.since + window:
        raise Conflict(f"The time limit of {window.days} days to appeal the block has passed.")


def require_appealable_match(upload: Upload, *, now: datetime, window: timedelta) -> None:
    """Raise Conflict unless the match that stopped this upload can be appealed."""
    if upload.erased_at is not None:
        raise Conflict("The image has been erased, so it cannot be reviewed again.")
    judged = upload.stopping_ids(StopCauseKind.CASE)
    if judged:
        raise Conflict(
            "A reviewer judged this image. Appeal that decision by its case.", extra={"cases": list(judged)}
        )
    if not upload.blocking_entries:
        raise Conflict(
            f"The image is {upload.state.value}, and no match stops it.",
            extra={"state": upload.state.value},
        )
    if now > upload.updated_at + window:
        raise Conflict(f"The time limit of {window.days} days to appeal the match has passed.")


def require_appealable_decision(case: Case, *, now: datetime, window: timedelta) -> None:
    """Raise Conflict unless the decision of this case can be appealed."""
    if case.state is CaseState.LOCKED:
        # The reason would warn the account holder.
        raise Conflict("This decision can't be appealed here.")
    if case.state is not CaseState.DECIDED or case.decision is None:
        raise Conflict(f"The case is {case.state.value}. It has no decision to appeal.")
    if now > case.decision.at + window:
        raise Conflict(f"The time limit of {window.days} days to appeal the decision has passed.")


def require_appealable_dismissal(case: Case, *, now: datetime, window: timedelta) -> None:
    """Raise Conflict unless a reporter can appeal the dismissal of this case."""
    require_appealable_decision(case, now=now, window=window)
    if not case.is_dismissal:
        raise Conflict("The image was found to be violating, as you reported. There is nothing to appeal.")


def require_independent_reviewer(case: Case, reviewer: str) -> None:
    """Raise ConflictOfInterest or SameReviewer unless the reviewer may decide appeals of the case.

    This is promise 6.
    """
    case.require_not_recused(reviewer)
    if reviewer in case.participants:
        raise SameReviewer("You claimed or decided this case. A different reviewer must decide its appeal.")
