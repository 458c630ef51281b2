"""The cases whose judgement stops an upload, by way of the bank."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.uploads.upload import Upload


def deciding_case_ids(stack: Stack, upload: Upload) -> list[str]:
    """Ids of the cases that the entries rest on which stop it, those of the nearest entry first."""
    entry_ids = upload.blocking_entries
    nearest = [match.entry_id for match in upload.matches]
    stored = stack.bank.get_entries(entry_ids)
    ordered = sorted(stored, key=lambda one: (nearest.index(one) if one in nearest else len(nearest), one))
    judged = (support.reference for one in ordered for support in sorted(stored[one].entry.case_supports))
    return list(dict.fromkeys(judged))
