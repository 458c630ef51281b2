"""The DynamoDB attribute name of each field that is stored under another name.

A field that is missing here is stored under its own name. Add a line whenever you rename a stored field:
otherwise old items load with its default value, without an error.
"""

from __future__ import annotations

from collections.abc import Mapping

STORED_NAMES: Mapping[str, Mapping[str, str]] = {
    "Account": {"strike_status": "conduct"},
    "AlignmentSummary": {"agreeing_tiles": "agreeing", "comparable_tiles": "visible"},
    "AuditRecord": {"previous_digest": "previous"},
    "BankEntry": {
        "disabled": "suspended",
        "supports_at_override": "judged_before",
        "features_key": "features",
    },
    "BankHead": {"previous_snapshot": "former_snapshot"},
    "BankSnapshot": {"entries_key": "entries", "features_key": "pictures"},
    "Block": {"source": "holder", "set_by": "by"},
    "Case": {
        "grouping_hash": "image",
        "banked_entries": "banked",
        "blocked_accounts": "blocked",
        "pending_appeals": "appeals",
        "participants": "involved",
        "recused": "conflicted",
        "past_decisions": "former",
        "rejected_report_supports": "refused",
        "second_opinion": "opinion",
        "deferral": "set_aside",
        "sampling_number": "draw",
        "deadline_warned_at": "warned_at",
        "hidden_uploads": "hidden",
        "legal_hold": "hold",
        "erasure_proposed_at": "erasure_wished_at",
        "erasure_requested_at": "erasure_asked_at",
        "split_from": "separated_from",
    },
    "Claim": {"expires_at": "until"},
    "DismissalAppeal": {"case_number": "report"},
    "LegalHold": {"requested_by": "by", "placed_at": "at", "release_requested_by": "release_asked_by"},
    "LogManifest": {"compacted": "folded", "orphan_files": "leftovers", "in_progress": "folding"},
    "LogPosition": {"after_upload_id": "after"},
    "Match": {"alignment": "overlap"},
    "MisuseDecision": {"suspended_until": "until"},
    "MisuseReview": {"end_reason": "ending", "lift_reasons": "lifted_because"},
    "Note": {"author": "by"},
    "NoticeLink": {"expires_at": "until"},
    "OrphanFile": {"orphaned_at": "since"},
    "Report": {"verified_reporter_id": "sender", "locations": "addresses"},
    "Reporter": {"email_preference": "mail", "recovery_phrase_digest": "recovery"},
    "ReviewerPresence": {"last_seen_at": "at"},
    "SecondOpinion": {"cause": "asked_by", "decision": "given"},
    "StrikeStatus": {
        "warned_strikes": "warned_for",
        "pending_review_id": "review",
        "suspension_review_id": "suspension",
    },
    "Sweep": {"bank_seq": "seq", "matched_uploads": "matched"},
    "SweepPart": {"target": "of", "after_upload_id": "after"},
    "Upload": {
        "dismissed_matches": "clearings",
        "match_exclusions": "spared",
        "was_released": "released",
        "republications": "returns",
        "erasure_deferred": "kept_back",
        "image_deleted": "image_gone",
    },
    "VerifiedReporter": {"verified_reporter_id": "sender_id", "strike_status": "conduct"},
}
"""Attribute names by field name, by class name."""

STORED_CONSTANTS: Mapping[str, Mapping[str, object]] = {
    "BlockAppeal": {"party": "account_holder", "case_id": None, "report": None, "upload_id": None},
    "DecisionAppeal": {"party": "account_holder", "report": None, "upload_id": None, "block": None},
    "Disagreement": {
        "party": "second_opinion",
        "platform": "",
        "account_id": "",
        "report": None,
        "upload_id": None,
        "block": None,
    },
    "DismissalAppeal": {
        "party": "reporter",
        "platform": "",
        "account_id": "",
        "upload_id": None,
        "block": None,
    },
    "MatchAppeal": {"party": "account_holder", "report": None, "block": None},
}
"""Attributes with the same value in every item of a class, by class name. They tell the classes of a union
apart: an item is of the first class whose constants it has."""
