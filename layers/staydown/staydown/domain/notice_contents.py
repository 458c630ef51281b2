"""What each notice says: which sentences, in which order, and the facts in their gaps.

Facts are codes, times and ids. What a reporter wrote, what a reviewer noted and who reported are in none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from staydown.domain.appeals import Appeal, AppealOutcome, Appellant
from staydown.domain.cases import Case, Origin
from staydown.domain.decisions import Complainant, Decision, Factors, Outcome, Shown
from staydown.domain.notices import NoticeKind, Values
from staydown.domain.reports import Report
from staydown.domain.strikes import Ladder
from staydown.domain.wording import Said


@dataclass(frozen=True, slots=True)
class Content:
    """sentences: keys of the catalogues. said: what fills their gaps, and what is kept as data."""

    kind: NoticeKind
    sentences: tuple[str, ...]
    said: Said

    @property
    def values(self) -> Values:
        """As it is kept."""
        return {n: v.isoformat() if isinstance(v, datetime) else v for n, v in self.said.items()}


SET_ASIDE = ("receipt.set_aside", "receipt.set_aside_redress")


def receipt(report: Report, deadline: datetime | None, set_aside_until: datetime | None = None) -> Content:
    """deadline: of a valid report; None while something is missing. set_aside_until: while its sender's
    reports are suspended."""
    said: Said = {"case_number": report.case_number, "received_at": report.filed_at}
    last: tuple[str, ...] = ("receipt.how", "reporter.kind")
    if set_aside_until is not None:
        said = {**said, "set_aside_until": set_aside_until}
        last = (*SET_ASIDE, *last)
    if deadline is not None:
        valid = ("receipt.received", "receipt.complete", *last)
        return Content(NoticeKind.RECEIPT, valid, {**said, "deadline": deadline, "missing": ()})
    missing = ("receipt.received", "receipt.missing", *last)
    return Content(NoticeKind.RECEIPT, missing, {**said, "missing": report.missing})


def information_needed(report: Report) -> Content:
    sentences = ("information_needed.asked", "information_needed.how", "reporter.kind")
    return Content(NoticeKind.INFORMATION_NEEDED, sentences, {"case_number": report.case_number})


def decision(
    report: Report,
    outcome: Outcome,
    factors: Factors | None,
    *,
    at: datetime,
    appeal_until: datetime,
    unfounded: bool = False,
    ladder: Ladder | None = None,
) -> Content:
    """The outcome for who reported; a refusal says on which of the law's grounds (UK3), and the redress.

    unfounded: manifestly; it is a warning then as well. ladder: on which its sender stands, if on any.
    """
    sentences = [f"decision.{outcome.value}"]
    if outcome is Outcome.NOT_VIOLATING and factors is not None:
        sentences += _why_refused(factors)
    if unfounded:
        counted = "decision.unfounded_alone" if ladder is None else "decision.unfounded_counted"
        sentences += ["decision.manifestly_unfounded", counted]
    sentences.append("decision.by_a_person")
    if outcome is Outcome.NOT_VIOLATING:
        sentences.append("decision.redress")
    if outcome is Outcome.VIOLATING:
        sentences.append("decision.may_be_appealed")
    said: Said = {
        "case_number": report.case_number,
        "outcome": outcome.value,
        "decided_at": at,
        "appeal_until": appeal_until,
        "automated_decision": "no",
    }
    if unfounded and ladder is not None:
        said = {**said, "review_at": str(ladder.review), "days": str(ladder.window.days)}
    return Content(NoticeKind.DECISION, (*sentences, "reporter.kind"), said)


def _why_refused(factors: Factors) -> list[str]:
    why = []
    if factors.shown == {Shown.NONE}:
        why.append("decision.not_intimate")
    if factors.complainant is Complainant.NO:
        why.append("decision.not_the_subject")
    return why


def decision_reversed(report: Report) -> Content:
    sentences = ("decision_reversed.what", "decision_reversed.redress", "reporter.kind")
    return Content(NoticeKind.DECISION_REVERSED, sentences, {"case_number": report.case_number})


def statement_by_case(
    case: Case,
    decided: Decision,
    *,
    platform: str,
    uploads: Iterable[str],
    put_up: datetime | None,
    ground: str,
    appeal_until: datetime,
) -> Content:
    """A reviewer judged an image of this account. uploads: the account's, of the case. put_up: the first."""
    reported = case.origin is Origin.REPORT
    uploads = tuple(uploads)
    sentences = (
        "statement.removed_and_blocked",
        *_when(put_up, several=len(uploads) > 1),
        "statement.scope",
        "statement.duration",
        "statement.reported" if reported else "statement.matched",
        "statement.detected_by_report" if reported else "statement.detected_by_machine",
        "statement.decided_by_a_person",
        "statement.ground",
        "statement.redress",
    )
    said: Said = {
        "action": ("image_removed", "account_blocked"),
        "platform": platform,
        "uploads": uploads,
        **_put_up(put_up),
        "since": decided.at,
        "shown": tuple(sorted(decided.factors.shown)),
        "automated_detection": "no" if reported else "yes",
        "automated_decision": "no",
        "ground": ground,
        "appeal_until": appeal_until,
    }
    return Content(NoticeKind.STATEMENT_OF_REASONS, sentences, said)


def _when(put_up: datetime | None, *, several: bool = False) -> tuple[str, ...]:
    """An id alone does not tell its holder which image it was."""
    if put_up is None:
        return ()
    return ("statement.first_put_up" if several else "statement.put_up",)


def _put_up(put_up: datetime | None) -> Said:
    return {} if put_up is None else {"put_up": put_up}


def statement_by_match(
    *,
    platform: str,
    upload_id: str,
    put_up: datetime | None,
    removed: bool,
    since: datetime,
    ground: str,
    appeal_until: datetime,
) -> Content:
    """An upload met the bank and was stopped with nobody looking. removed: it had been public."""
    sentences = (
        "statement.upload_removed" if removed else "statement.upload_stopped",
        *_when(put_up),
        "statement.upload_duration",
        "statement.same_image",
        "statement.by_machine",
        "statement.ground",
        "statement.upload_redress",
    )
    said: Said = {
        "action": ("image_removed" if removed else "image_blocked",),
        "platform": platform,
        "uploads": (upload_id,),
        **_put_up(put_up),
        "since": since,
        "automated_detection": "yes",
        "automated_decision": "yes",
        "ground": ground,
        "appeal_until": appeal_until,
    }
    return Content(NoticeKind.STATEMENT_OF_REASONS, sentences, said)


def statement_by_deadline(
    *, platform: str, upload_id: str, put_up: datetime | None, since: datetime, ground: str
) -> Content:
    """A reported upload was hidden, since nobody decided in time."""
    sentences = (
        "statement.upload_hidden",
        *_when(put_up),
        "statement.hidden_duration",
        "statement.not_decided_in_time",
        "statement.hidden_by_machine",
        "statement.ground",
        "statement.hidden_redress",
    )
    said: Said = {
        "action": ("image_hidden",),
        "platform": platform,
        "uploads": (upload_id,),
        **_put_up(put_up),
        "since": since,
        "automated_detection": "no",
        "automated_decision": "yes",
        "ground": ground,
    }
    return Content(NoticeKind.STATEMENT_OF_REASONS, sentences, said)


def statement_by_hand(
    *, platform: str, reason: str, since: datetime, ground: str, appeal_until: datetime
) -> Content:
    """A senior reviewer blocked the account without a case. reason: in their words, meant to be read."""
    sentences = (
        "statement.blocked_by_hand",
        "statement.block_duration",
        "statement.told_by_a_reviewer",
        "statement.decided_by_a_person",
        "statement.ground",
        "statement.hand_redress",
    )
    said: Said = {
        "action": ("account_blocked",),
        "platform": platform,
        "since": since,
        "reason": reason,
        "automated_detection": "no",
        "automated_decision": "no",
        "ground": ground,
        "appeal_until": appeal_until,
    }
    return Content(NoticeKind.STATEMENT_OF_REASONS, sentences, said)


def block_lifted(*, platform: str, since: datetime, still_blocked: bool) -> Content:
    sentence = "block_lifted.still_blocked" if still_blocked else "block_lifted.free"
    return Content(NoticeKind.BLOCK_LIFTED, (sentence,), {"platform": platform, "since": since})


def appeal_receipt(appeal: Appeal) -> Content:
    said: Said = {**_about(appeal), "received_at": appeal.filed_at}
    return Content(NoticeKind.APPEAL_RECEIPT, ("appeal_receipt.what",), said)


def appeal_outcome(appeal: Appeal, outcome: AppealOutcome, decided_at: datetime) -> Content:
    refused = appeal.party is Appellant.REPORTER and outcome is AppealOutcome.UPHELD
    upheld = "appeal_outcome.refusal_taken_back" if refused else f"appeal_outcome.{outcome.value}"
    if appeal.upload_id is not None and outcome is AppealOutcome.UPHELD:
        upheld = "appeal_outcome.stop_taken_back"
    if appeal.block is not None and outcome is AppealOutcome.UPHELD:
        upheld = "appeal_outcome.block_lifted"
    sentences = [upheld, "appeal_outcome.by_a_person"]
    if outcome is AppealOutcome.REJECTED:
        sentences.append("appeal_outcome.redress")
    said: Said = {**_about(appeal), "outcome": outcome.value, "decided_at": decided_at}
    return Content(NoticeKind.APPEAL_OUTCOME, tuple(sentences), said)


def _about(appeal: Appeal) -> Said:
    """The appeal, and the upload or the block by hand that it is of."""
    said: dict[str, str | datetime | tuple[str, ...]] = {"appeal_id": appeal.appeal_id}
    if appeal.upload_id is not None:
        said["uploads"] = (appeal.upload_id,)
    if appeal.block is not None:
        said["since"] = appeal.block.since
    return said
