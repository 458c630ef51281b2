"""Appeals: a request to look again, answered by somebody who had no part in it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from staydown.domain.accounts.account import Block
from staydown.domain.cases.case import Case
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import AlreadyDecided, Conflict, SameReviewer
from staydown.domain.uploads.upload import Upload


class AppealOutcome(StrEnum):
    GRANTED = "upheld"
    DENIED = "rejected"


class AppealParty(StrEnum):
    """Who asks for another look."""

    ACCOUNT_HOLDER = "account_holder"
    REPORTER = "reporter"
    DISAGREEMENT = "second_opinion"
    """Two reviewers judged it differently; a senior decides."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """appeal_id: follows from the case and who appeals, so that one party has one appeal of a decision.

    platform, account_id: of the account holder; empty for anybody else. report: the reporter's case number.
    upload_id: not the decision is appealed, but that this upload was stopped by what it put into the bank.
    block: what is appealed is this block by hand, as it was; no case is behind it.
    """

    appeal_id: str
    case_id: str | None
    platform: str
    account_id: str
    statement: str
    filed_at: datetime
    outcome: AppealOutcome | None = None
    reasons: str = ""
    decided_by: str | None = None
    decided_at: datetime | None = None
    party: AppealParty = AppealParty.ACCOUNT_HOLDER
    case_number: str | None = None
    upload_id: str | None = None
    block: Block | None = None
    version: int = 0

    def decided(self, outcome: AppealOutcome, reasons: str, *, reviewer: str, now: datetime) -> Appeal:
        if self.outcome is not None:
            raise AlreadyDecided(
                f"The appeal was {self.outcome.value}.", extra={"outcome": self.outcome.value}
            )
        return replace(self, outcome=outcome, reasons=reasons, decided_by=reviewer, decided_at=now)


def decision_appeal_id(case_id: str, platform: str, account_id: str) -> str:
    """Return the id of an account's appeal of a case: there is one, whichever way it is filed."""
    return str(uuid.uuid5(uuid.UUID(case_id), f"{platform}\n{account_id}"))


def disagreement_appeal_id(case_id: str) -> str:
    """Of what a senior has to decide when a second opinion differs."""
    return str(uuid.uuid5(uuid.UUID(case_id), "second opinion"))


def dismissal_appeal_id(case_id: str, case_number: str) -> str:
    """Of the appeal by who sent the report with this number."""
    return str(uuid.uuid5(uuid.UUID(case_id), f"report\n{case_number}"))


def match_appeal_id(case_id: str, upload_id: str) -> str:
    """Of the appeal of an upload that was stopped by what this case put into the bank."""
    return str(uuid.uuid5(uuid.UUID(case_id), f"upload\n{upload_id}"))


def require_appealable_block(block: Block, *, now: datetime, window: timedelta) -> None:
    """Raise what speaks against an appeal of this block by hand."""
    if now > block.since + window:
        raise Conflict(f"The {window.days} days in which the block could be appealed are over.")


def require_appealable_match(upload: Upload, *, now: datetime, window: timedelta) -> None:
    """Raise what speaks against an appeal of what the bank alone did to this upload."""
    if upload.erased_at is not None:
        raise Conflict("The image is not kept any more; nobody could look at it again.")
    judged = [cause.removeprefix("case:") for cause in upload.stops if cause.startswith("case:")]
    if judged:
        raise Conflict(
            "A reviewer judged this very image; appeal that decision, by its case.", extra={"cases": judged}
        )
    if not upload.blocking_entries:
        raise Conflict(
            f"The image is {upload.state.value}, and not stopped for what was judged before.",
            extra={"state": upload.state.value},
        )
    if now > upload.updated_at + window:
        raise Conflict(f"The {window.days} days in which it could be appealed are over.")


def require_appealable_decision(case: Case, *, now: datetime, window: timedelta) -> None:
    """Raise what speaks against an appeal of this case."""
    if case.state is CaseState.LOCKED:
        # To say why would warn who posted it.
        raise Conflict("This decision can't be appealed here.")
    if case.state is not CaseState.DECIDED or case.decision is None:
        raise Conflict(f"The case is {case.state.value}; there is no decision to appeal.")
    if now > case.decision.at + window:
        raise Conflict(f"The {window.days} days in which the decision could be appealed are over.")


def require_appealable_dismissal(case: Case, *, now: datetime, window: timedelta) -> None:
    """Raise what speaks against an appeal of this case by somebody who reported it."""
    require_appealable_decision(case, now=now, window=window)
    if not case.is_dismissal:
        raise Conflict("The image was judged violating, as you reported; there is nothing to appeal.")


def require_independent_reviewer(case: Case, reviewer: str) -> None:
    """Promise 6: nobody who claimed or decided a case decides its appeal."""
    case.require_not_recused(reviewer)
    if reviewer in case.participants:
        raise SameReviewer("You claimed or decided this case; somebody else has to decide its appeal.")
