"""What entries of the bank are supported by: decided cases, reports, partners."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.bank.entry import MAX_REPORT_SUPPORTS, BankEntry, Support, SupportSource
from staydown.domain.cases.case import Case
from staydown.domain.uploads.upload import Upload
from staydown.services.unit_of_work import Maintenance, UnitOfWork


def withdraw_supports(
    uow: UnitOfWork, withdrawn: Mapping[str, Collection[Support]], *, by: Case | Maintenance
) -> list[tuple[str, Support]]:
    """Withdraw these supports from each entry, by its id. An entry without supports is inactive.

    by: the case whose record covers it, or why there is none. Return the supports that were there, with the
    ids of their entries.
    """
    found = uow.stack.bank.get_entries(withdrawn)
    changed = [
        (stored, replace(stored.entry, supports=stored.entry.supports - set(withdrawn[entry_id])))
        for entry_id, stored in found.items()
        if stored.entry.supports & set(withdrawn[entry_id])
    ]
    uow.bank(changed, by=by)
    return sorted(
        (entry_id, support)
        for entry_id, stored in found.items()
        for support in stored.entry.supports
        if support in withdrawn[entry_id]
    )


def report_support(entry: BankEntry, case: Case, case_number: str) -> Support:
    """Return the support of an entry by a report: its own, or beyond a number the shared one of its case."""
    by_reports = sum(support.source is SupportSource.REPORT for support in entry.supports)
    alone = by_reports < MAX_REPORT_SUPPORTS or entry.entry_id not in case.entries
    return Support(SupportSource.REPORT, case_number if alone else case.case_id)


def report_supports(case: Case) -> set[Support]:
    """Return the supports that the reports of a case may have given to entries."""
    return {Support(SupportSource.REPORT, reference) for reference in (case.case_id, *case.reports)}


def deciding_case_ids(stack: Stack, upload: Upload) -> list[str]:
    """Return the ids of the decided cases whose entries stop an upload, those of the nearest entry first."""
    nearest = [match.entry_id for match in upload.matches]
    stored = stack.bank.get_entries(upload.blocking_entries)
    ordered = sorted(stored, key=lambda one: (nearest.index(one) if one in nearest else len(nearest), one))
    case_ids = (support.reference for one in ordered for support in sorted(stored[one].entry.case_supports))
    return list(dict.fromkeys(case_ids))
