"""What the notices about misuse say, to account holders and to who reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from staydown.domain.misuse import MisuseDecision, MisuseReview
from staydown.domain.notice_contents import Content
from staydown.domain.notices import NoticeKind
from staydown.domain.strikes import Ladder
from staydown.domain.wording import Said


def warning(*, platform: str, uploads: Iterable[str], since: datetime, ladder: Ladder) -> Content:
    """Uploads of this account were stopped again and again; nothing follows yet."""
    uploads = tuple(uploads)
    said: Said = {
        "platform": platform,
        "uploads": uploads,
        "since": since,
        "strikes": str(len(uploads)),
        "review_at": str(ladder.review),
        "days": str(ladder.window.days),
    }
    return Content(NoticeKind.WARNING, ("warning.what", "warning.next", "warning.appeal"), said)


def statement_by_misuse(
    review: MisuseReview, decision: MisuseDecision, *, until: datetime, ladder: Ladder, ground: str
) -> Content:
    """A reviewer suspended the account for a time, for what it uploaded after it was warned."""
    sentences = (
        "statement.blocked_by_hand",
        "statement.block_until",
        "statement.misuse_facts",
        "statement.misuse_warned",
        "statement.misuse_decided",
        "statement.ground",
        "statement.misuse_redress",
    )
    said: Said = {
        "action": ("account_blocked",),
        "platform": review.subject.account[0],
        "uploads": review.strikes,
        "since": decision.at,
        "until": until,
        "strikes": str(decision.strikes),
        "total": str(decision.total),
        "days": str(ladder.window.days),
        "warned_at": review.warned_at or decision.at,
        "automated_detection": "yes",
        "automated_decision": "no",
        "ground": ground,
    }
    return Content(NoticeKind.STATEMENT_OF_REASONS, sentences, said)


def reports_warned(decision: MisuseDecision, ladder: Ladder) -> Content:
    """A reviewer looked at all that somebody reported, and leaves it at a warning."""
    sentences = (
        "reports.facts",
        "reports_warned.next",
        "reports.decided",
        "reports.redress",
        "reporter.kind",
    )
    return Content(NoticeKind.REPORTS_WARNED, sentences, _of_reports(decision, ladder))


def reports_suspended(
    review: MisuseReview, decision: MisuseDecision, *, until: datetime, ladder: Ladder
) -> Content:
    """What somebody reports waits for a time, for what they went on reporting after they were warned."""
    sentences = (
        "reports_suspended.what",
        "reports_suspended.kept",
        "reports.facts",
        "reports_suspended.warned",
        "reports.decided",
        "reports.redress",
        "reporter.kind",
    )
    said: Said = {
        **_of_reports(decision, ladder),
        "until": until,
        "warned_at": review.warned_at or decision.at,
    }
    return Content(NoticeKind.REPORTS_SUSPENDED, sentences, said)


def reports_resumed(since: datetime) -> Content:
    return Content(NoticeKind.REPORTS_RESUMED, ("reports_resumed.what", "reporter.kind"), {"since": since})


def _of_reports(decision: MisuseDecision, ladder: Ladder) -> Said:
    return {
        "strikes": str(decision.strikes),
        "total": str(decision.total),
        "days": str(ladder.window.days),
        "review_at": str(ladder.review),
        "decided_at": decision.at,
        "automated_decision": "no",
    }
