"""The content of each notice: its sentences, their order, and the values of their placeholders.

Values are codes, times and ids. No notice contains a reporter's words, a reviewer's notes or a reporter's
identity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from staydown.domain.accounts.strikes import StrikePolicy
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
    """The content of a notice, independent of the language."""

    kind: NoticeKind
    """What the notice is about."""
    sentences: tuple[str, ...]
    """Keys of sentences in the catalogues."""
    template_values: TemplateValues
    """The values of the placeholders."""

    @property
    def notice_values(self) -> NoticeValues:
        """The values as the notice stores them."""
        return {n: v.isoformat() if isinstance(v, datetime) else v for n, v in self.template_values.items()}


DEFERRAL_SENTENCES = ("receipt.deferred", "receipt.deferred_redress")


def receipt(
    report: Report, deadline: datetime | None, deferred_until: datetime | None = None
) -> NoticeContent:
    """Return the receipt of a report.

    deadline: for a valid report; None while something is missing. deferred_until: the end of the reporter's
    suspension; None: the reporter is not suspended.
    """
    values: TemplateValues = {"case_number": report.case_number, "received_at": report.filed_at}
    last: tuple[str, ...] = ("receipt.how", "reporter.kind")
    if deferred_until is not None:
        values = {**values, "set_aside_until": deferred_until}
        last = (*DEFERRAL_SENTENCES, *last)
    if deadline is not None:
        valid = ("receipt.received", "receipt.complete", *last)
        return NoticeContent(NoticeKind.RECEIPT, valid, {**values, "deadline": deadline, "missing": ()})
    missing = ("receipt.received", "receipt.missing", *last)
    return NoticeContent(NoticeKind.RECEIPT, missing, {**values, "missing": report.missing})


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
    """Return the outcome for the reporter; a dismissal names its legal ground (UK3) and the redress.

    manifestly_unfounded: the notice is then a warning too. strike_policy: None for a reporter who is not
    verified.
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
    values: TemplateValues = {
        "case_number": report.case_number,
        "outcome": outcome.value,
        "decided_at": at,
        "appeal_until": appeal_until,
        "automated_decision": "no",
    }
    if manifestly_unfounded and strike_policy is not None:
        values = {
            **values,
            "review_at": str(strike_policy.review_threshold),
            "days": str(strike_policy.window.days),
        }
    return NoticeContent(NoticeKind.DECISION, (*sentences, "reporter.kind"), values)


def _dismissal_grounds(factors: Factors) -> list[str]:
    grounds = []
    if factors.shown == {ShownContent.NONE}:
        grounds.append("decision.not_intimate")
    if factors.complainant is ComplainantIsSubject.NO:
        grounds.append("decision.not_the_subject")
    return grounds


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
    """Return the statement of reasons for a decision about an account's uploads.

    uploads: ids of the account's uploads in the case. first_uploaded_at: when the first of them was uploaded.
    """
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
    values: TemplateValues = {
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
    return NoticeContent(NoticeKind.STATEMENT_OF_REASONS, sentences, values)


def _uploaded_at_sentence(uploaded_at: datetime | None, *, several: bool = False) -> tuple[str, ...]:
    """The upload time identifies the image to the account holder; an id does not."""
    if uploaded_at is None:
        return ()
    return ("statement.first_uploaded_at" if several else "statement.uploaded_at",)


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
    """Return the statement of reasons for a match without human review. removed: the upload was public."""
    sentences = (
        "statement.upload_removed" if removed else "statement.upload_stopped",
        *_uploaded_at_sentence(uploaded_at),
        "statement.upload_duration",
        "statement.same_image",
        "statement.by_machine",
        "statement.ground",
        "statement.upload_redress",
    )
    values: TemplateValues = {
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
    return NoticeContent(NoticeKind.STATEMENT_OF_REASONS, sentences, values)


def statement_for_deadline(
    *, platform: str, upload_id: str, uploaded_at: datetime | None, since: datetime, ground: str
) -> NoticeContent:
    """Return the statement of reasons for an upload that was hidden because its case is late."""
    sentences = (
        "statement.upload_hidden",
        *_uploaded_at_sentence(uploaded_at),
        "statement.hidden_duration",
        "statement.not_decided_in_time",
        "statement.hidden_by_machine",
        "statement.ground",
        "statement.hidden_redress",
    )
    values: TemplateValues = {
        "action": ("image_hidden",),
        "platform": platform,
        "uploads": (upload_id,),
        **_uploaded_at_value(uploaded_at),
        "since": since,
        "automated_detection": "no",
        "automated_decision": "yes",
        "ground": ground,
    }
    return NoticeContent(NoticeKind.STATEMENT_OF_REASONS, sentences, values)


def statement_for_manual_block(
    *, platform: str, reason: str, since: datetime, ground: str, appeal_until: datetime
) -> NoticeContent:
    """Return the statement of reasons for a manual block. reason: the reviewer's words to the holder."""
    sentences = (
        "statement.account_blocked",
        "statement.block_duration",
        "statement.reviewer_facts",
        "statement.decided_by_a_person",
        "statement.ground",
        "statement.block_redress",
    )
    values: TemplateValues = {
        "action": ("account_blocked",),
        "platform": platform,
        "since": since,
        "reason": reason,
        "automated_detection": "no",
        "automated_decision": "no",
        "ground": ground,
        "appeal_until": appeal_until,
    }
    return NoticeContent(NoticeKind.STATEMENT_OF_REASONS, sentences, values)


def block_lifted(*, platform: str, since: datetime, still_blocked: bool) -> NoticeContent:
    sentence = "block_lifted.still_blocked" if still_blocked else "block_lifted.free"
    return NoticeContent(NoticeKind.BLOCK_LIFTED, (sentence,), {"platform": platform, "since": since})
