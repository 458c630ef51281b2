"""What each notice says: which sentences, in which order, and the facts in their gaps.

Facts are codes, times and ids. What a reporter wrote, what a reviewer noted and who reported are in none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from staydown.domain.accounts.strikes import StrikePolicy
from staydown.domain.cases.appeals import Appeal, AppealOutcome, AppealParty
from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    Decision,
    DecisionOutcome,
    Factors,
    ShownContent,
)
from staydown.domain.cases.reports import Report
from staydown.notices.notice import NoticeKind, NoticeValues
from staydown.notices.wording import TemplateValues


@dataclass(frozen=True, slots=True)
class NoticeContent:
    """sentences: keys of the catalogues. said: what fills their gaps, and what is kept as data."""

    kind: NoticeKind
    sentences: tuple[str, ...]
    template_values: TemplateValues

    @property
    def notice_values(self) -> NoticeValues:
        """As it is kept."""
        return {n: v.isoformat() if isinstance(v, datetime) else v for n, v in self.template_values.items()}


DEFERRAL_SENTENCES = ("receipt.set_aside", "receipt.set_aside_redress")


def receipt(
    report: Report, deadline: datetime | None, deferred_until: datetime | None = None
) -> NoticeContent:
    """deadline: of a valid report; None while something is missing. set_aside_until: while its sender's
    reports are suspended."""
    said: TemplateValues = {"case_number": report.case_number, "received_at": report.filed_at}
    last: tuple[str, ...] = ("receipt.how", "reporter.kind")
    if deferred_until is not None:
        said = {**said, "set_aside_until": deferred_until}
        last = (*DEFERRAL_SENTENCES, *last)
    if deadline is not None:
        valid = ("receipt.received", "receipt.complete", *last)
        return NoticeContent(NoticeKind.RECEIPT, valid, {**said, "deadline": deadline, "missing": ()})
    missing = ("receipt.received", "receipt.missing", *last)
    return NoticeContent(NoticeKind.RECEIPT, missing, {**said, "missing": report.missing})


def information_needed(report: Report) -> NoticeContent:
    sentences = ("information_needed.asked", "information_needed.how", "reporter.kind")
    return NoticeContent(NoticeKind.INFORMATION_NEEDED, sentences, {"case_number": report.case_number})


def decision(
    report: Report,
    outcome: DecisionOutcome,
    factors: Factors | None,
    *,
    at: datetime,
    appeal_until: datetime,
    manifestly_unfounded: bool = False,
    strike_policy: StrikePolicy | None = None,
) -> NoticeContent:
    """The outcome for who reported; a refusal says on which of the law's grounds (UK3), and the redress.

    unfounded: manifestly; it is a warning then as well. ladder: on which its sender stands, if on any.
    """
    sentences = [f"decision.{outcome.value}"]
    if outcome is DecisionOutcome.NOT_VIOLATING and factors is not None:
        sentences += _dismissal_grounds(factors)
    if manifestly_unfounded:
        counted = "decision.unfounded_alone" if strike_policy is None else "decision.unfounded_counted"
        sentences += ["decision.manifestly_unfounded", counted]
    sentences.append("decision.by_a_person")
    if outcome is DecisionOutcome.NOT_VIOLATING:
        sentences.append("decision.redress")
    if outcome is DecisionOutcome.VIOLATING:
        sentences.append("decision.may_be_appealed")
    said: TemplateValues = {
        "case_number": report.case_number,
        "outcome": outcome.value,
        "decided_at": at,
        "appeal_until": appeal_until,
        "automated_decision": "no",
    }
    if manifestly_unfounded and strike_policy is not None:
        said = {
            **said,
            "review_at": str(strike_policy.review_threshold),
            "days": str(strike_policy.window.days),
        }
    return NoticeContent(NoticeKind.DECISION, (*sentences, "reporter.kind"), said)


def _dismissal_grounds(factors: Factors) -> list[str]:
    why = []
    if factors.shown == {ShownContent.NONE}:
        why.append("decision.not_intimate")
    if factors.complainant is ComplainantIsSubject.NO:
        why.append("decision.not_the_subject")
    return why


def decision_reversed(report: Report) -> NoticeContent:
    sentences = ("decision_reversed.what", "decision_reversed.redress", "reporter.kind")
    return NoticeContent(NoticeKind.DECISION_REVERSED, sentences, {"case_number": report.case_number})


def statement_for_decision(
    case: Case,
    decided: Decision,
    *,
    platform: str,
    uploads: Iterable[str],
    first_uploaded_at: datetime | None,
    ground: str,
    appeal_until: datetime,
) -> NoticeContent:
    """A reviewer judged an image of this account. uploads: the account's, of the case. put_up: the first."""
    reported = case.origin is CaseOrigin.REPORT
    uploads = tuple(uploads)
    sentences = (
        "statement.removed_and_blocked",
        *_uploaded_at_sentence(first_uploaded_at, several=len(uploads) > 1),
        "statement.scope",
        "statement.duration",
        "statement.reported" if reported else "statement.matched",
        "statement.detected_by_report" if reported else "statement.detected_by_machine",
        "statement.decided_by_a_person",
        "statement.ground",
        "statement.redress",
    )
    said: TemplateValues = {
        "action": ("image_removed", "account_blocked"),
        "platform": platform,
        "uploads": uploads,
        **_uploaded_at_value(first_uploaded_at),
        "since": decided.at,
        "shown": tuple(sorted(decided.factors.shown)),
        "automated_detection": "no" if reported else "yes",
        "automated_decision": "no",
        "ground": ground,
        "appeal_until": appeal_until,
    }
    return NoticeContent(NoticeKind.STATEMENT_OF_REASONS, sentences, said)


def _uploaded_at_sentence(uploaded_at: datetime | None, *, several: bool = False) -> tuple[str, ...]:
    """An id alone does not tell its holder which image it was."""
    if uploaded_at is None:
        return ()
    return ("statement.first_put_up" if several else "statement.put_up",)


def _uploaded_at_value(uploaded_at: datetime | None) -> TemplateValues:
    return {} if uploaded_at is None else {"put_up": uploaded_at}


def statement_for_match(
    *,
    platform: str,
    upload_id: str,
    uploaded_at: datetime | None,
    removed: bool,
    since: datetime,
    ground: str,
    appeal_until: datetime,
) -> NoticeContent:
    """An upload met the bank and was stopped with nobody looking. removed: it had been public."""
    sentences = (
        "statement.upload_removed" if removed else "statement.upload_stopped",
        *_uploaded_at_sentence(uploaded_at),
        "statement.upload_duration",
        "statement.same_image",
        "statement.by_machine",
        "statement.ground",
        "statement.upload_redress",
    )
    said: TemplateValues = {
        "action": ("image_removed" if removed else "image_blocked",),
        "platform": platform,
        "uploads": (upload_id,),
        **_uploaded_at_value(uploaded_at),
        "since": since,
        "automated_detection": "yes",
        "automated_decision": "yes",
        "ground": ground,
        "appeal_until": appeal_until,
    }
    return NoticeContent(NoticeKind.STATEMENT_OF_REASONS, sentences, said)


def statement_for_deadline(
    *, platform: str, upload_id: str, uploaded_at: datetime | None, since: datetime, ground: str
) -> NoticeContent:
    """A reported upload was hidden, since nobody decided in time."""
    sentences = (
        "statement.upload_hidden",
        *_uploaded_at_sentence(uploaded_at),
        "statement.hidden_duration",
        "statement.not_decided_in_time",
        "statement.hidden_by_machine",
        "statement.ground",
        "statement.hidden_redress",
    )
    said: TemplateValues = {
        "action": ("image_hidden",),
        "platform": platform,
        "uploads": (upload_id,),
        **_uploaded_at_value(uploaded_at),
        "since": since,
        "automated_detection": "no",
        "automated_decision": "yes",
        "ground": ground,
    }
    return NoticeContent(NoticeKind.STATEMENT_OF_REASONS, sentences, said)


def statement_for_manual_block(
    *, platform: str, reason: str, since: datetime, ground: str, appeal_until: datetime
) -> NoticeContent:
    """A senior reviewer blocked the account without a case. reason: in their words, meant to be read."""
    sentences = (
        "statement.blocked_by_hand",
        "statement.block_duration",
        "statement.told_by_a_reviewer",
        "statement.decided_by_a_person",
        "statement.ground",
        "statement.hand_redress",
    )
    said: TemplateValues = {
        "action": ("account_blocked",),
        "platform": platform,
        "since": since,
        "reason": reason,
        "automated_detection": "no",
        "automated_decision": "no",
        "ground": ground,
        "appeal_until": appeal_until,
    }
    return NoticeContent(NoticeKind.STATEMENT_OF_REASONS, sentences, said)


def block_lifted(*, platform: str, since: datetime, still_blocked: bool) -> NoticeContent:
    sentence = "block_lifted.still_blocked" if still_blocked else "block_lifted.free"
    return NoticeContent(NoticeKind.BLOCK_LIFTED, (sentence,), {"platform": platform, "since": since})


def appeal_receipt(appeal: Appeal) -> NoticeContent:
    said: TemplateValues = {**_appeal_values(appeal), "received_at": appeal.filed_at}
    return NoticeContent(NoticeKind.APPEAL_RECEIPT, ("appeal_receipt.what",), said)


def appeal_outcome(appeal: Appeal, outcome: AppealOutcome, decided_at: datetime) -> NoticeContent:
    refused = appeal.party is AppealParty.REPORTER and outcome is AppealOutcome.GRANTED
    upheld = "appeal_outcome.refusal_taken_back" if refused else f"appeal_outcome.{outcome.value}"
    if appeal.upload_id is not None and outcome is AppealOutcome.GRANTED:
        upheld = "appeal_outcome.stop_taken_back"
    if appeal.block is not None and outcome is AppealOutcome.GRANTED:
        upheld = "appeal_outcome.block_lifted"
    sentences = [upheld, "appeal_outcome.by_a_person"]
    if outcome is AppealOutcome.DENIED:
        sentences.append("appeal_outcome.redress")
    said: TemplateValues = {**_appeal_values(appeal), "outcome": outcome.value, "decided_at": decided_at}
    return NoticeContent(NoticeKind.APPEAL_OUTCOME, tuple(sentences), said)


def _appeal_values(appeal: Appeal) -> TemplateValues:
    """The appeal, and the upload or the block by hand that it is of."""
    said: dict[str, str | datetime | tuple[str, ...]] = {"appeal_id": appeal.appeal_id}
    if appeal.upload_id is not None:
        said["uploads"] = (appeal.upload_id,)
    if appeal.block is not None:
        said["since"] = appeal.block.since
    return said
