"""The case of a match appeal, for appeals and for the notices that offer one."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.cases.appeals import require_appealable_match
from staydown.domain.cases.case import Case
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict
from staydown.domain.uploads.upload import Upload
from staydown.services.bank.supports import deciding_case_ids


def case_for_match_appeal(stack: Stack, upload: Upload) -> Case:
    """Return the case that an appeal of this upload's match belongs to: that of its nearest entry.

    Raise Conflict where it cannot be appealed.
    """
    require_appealable_match(upload, now=stack.now(), window=stack.settings.appeal_window)
    found = [stack.cases.get_case(case_id) for case_id in deciding_case_ids(stack, upload)]
    cases = [case for case in found if case is not None]
    if any(case.state is CaseState.LOCKED for case in cases):
        # The reason would warn the account holder.
        raise Conflict("This image can't be appealed here.")
    if not cases:
        raise Conflict("The match of this image is being withdrawn. Ask for its state again in a minute.")
    return cases[0]
