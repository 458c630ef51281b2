"""The content of notices about misuse, to account holders and reporters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from staydown.domain.accounts.misuse import MisuseDecision, MisuseReview
from staydown.domain.accounts.strikes import StrikePolicy
from staydown.notices.contents import NoticeContent
from staydown.notices.notice import NoticeKind
from staydown.notices.wording import TemplateValues


def warning(*, platform: str, uploads: Iterable[str], since: datetime, policy: StrikePolicy) -> NoticeContent:
    """Return the warning to an account whose uploads are strikes."""
    uploads = tuple(uploads)
    values: TemplateValues = {
        "platform": platform,
        "uploads": uploads,
        "since": since,
        "strikes": str(len(uploads)),
        "review_at": str(policy.review_threshold),
        "days": str(policy.window.days),
    }
    return NoticeContent(NoticeKind.WARNING, ("warning.what", "warning.next", "warning.appeal"), values)


def statement_for_suspension(
    review: MisuseReview, decision: MisuseDecision, *, until: datetime, policy: StrikePolicy, ground: str
) -> NoticeContent:
    """Return the statement of reasons for the suspension of an account."""
    sentences = (
        "statement.account_blocked",
        "statement.block_until",
        "statement.misuse_facts",
        "statement.misuse_warned",
        "statement.misuse_decided",
        "statement.ground",
        "statement.misuse_redress",
    )
    values: TemplateValues = {
        "action": ("account_blocked",),
        "platform": review.subject.account[0],
        "uploads": review.strikes,
        "since": decision.at,
        "until": until,
        "strikes": str(decision.strikes),
        "total": str(decision.total),
        "days": str(policy.window.days),
        "warned_at": review.warned_at or decision.at,
        "automated_detection": "yes",
        "automated_decision": "no",
        "ground": ground,
    }
    return NoticeContent(NoticeKind.STATEMENT_OF_REASONS, sentences, values)


def reports_warned(decision: MisuseDecision, policy: StrikePolicy) -> NoticeContent:
    """Return the notice of a misuse review of a reporter that ended with a warning."""
    sentences = (
        "reports.facts",
        "reports_warned.next",
        "reports.decided",
        "reports.redress",
        "reporter.kind",
    )
    return NoticeContent(NoticeKind.REPORTS_WARNED, sentences, _report_values(decision, policy))


def reports_suspended(
    review: MisuseReview, decision: MisuseDecision, *, until: datetime, policy: StrikePolicy
) -> NoticeContent:
    """Return the notice of a misuse review of a reporter that ended with a suspension."""
    sentences = (
        "reports_suspended.what",
        "reports_suspended.kept",
        "reports.facts",
        "reports_suspended.warned",
        "reports.decided",
        "reports.redress",
        "reporter.kind",
    )
    values: TemplateValues = {
        **_report_values(decision, policy),
        "until": until,
        "warned_at": review.warned_at or decision.at,
    }
    return NoticeContent(NoticeKind.REPORTS_SUSPENDED, sentences, values)


def reports_resumed(since: datetime) -> NoticeContent:
    return NoticeContent(
        NoticeKind.REPORTS_RESUMED, ("reports_resumed.what", "reporter.kind"), {"since": since}
    )


def _report_values(decision: MisuseDecision, policy: StrikePolicy) -> TemplateValues:
    return {
        "strikes": str(decision.strikes),
        "total": str(decision.total),
        "days": str(policy.window.days),
        "review_at": str(policy.review_threshold),
        "decided_at": decision.at,
        "automated_decision": "no",
    }
