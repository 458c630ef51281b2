"""The content of the notices about an appeal."""

from __future__ import annotations

from datetime import datetime

from staydown.domain.cases.appeals import Appeal, AppealOutcome, BlockAppeal, DismissalAppeal, MatchAppeal
from staydown.notices.contents import NoticeContent
from staydown.notices.notice import NoticeKind
from staydown.notices.wording import TemplateValues


def appeal_receipt(appeal: Appeal) -> NoticeContent:
    values: TemplateValues = {**_appeal_values(appeal), "received_at": appeal.filed_at}
    return NoticeContent(NoticeKind.APPEAL_RECEIPT, ("appeal_receipt.what",), values)


def appeal_outcome(appeal: Appeal, outcome: AppealOutcome, decided_at: datetime) -> NoticeContent:
    sentences = [_outcome_sentence(appeal, outcome), "appeal_outcome.by_a_person"]
    if outcome is AppealOutcome.DENIED:
        sentences.append("appeal_outcome.redress")
    values: TemplateValues = {**_appeal_values(appeal), "outcome": outcome.value, "decided_at": decided_at}
    return NoticeContent(NoticeKind.APPEAL_OUTCOME, tuple(sentences), values)


def _outcome_sentence(appeal: Appeal, outcome: AppealOutcome) -> str:
    if outcome is AppealOutcome.GRANTED:
        match appeal:
            case DismissalAppeal():
                return "appeal_outcome.dismissal_reversed"
            case MatchAppeal():
                return "appeal_outcome.match_reversed"
            case BlockAppeal():
                return "appeal_outcome.block_lifted"
    return f"appeal_outcome.{outcome.value}"


def _appeal_values(appeal: Appeal) -> TemplateValues:
    """Return the appeal, with the upload or the manual block that it concerns."""
    match appeal:
        case MatchAppeal():
            return {"appeal_id": appeal.appeal_id, "uploads": (appeal.upload_id,)}
        case BlockAppeal():
            return {"appeal_id": appeal.appeal_id, "since": appeal.block.since}
        case _:
            return {"appeal_id": appeal.appeal_id}
