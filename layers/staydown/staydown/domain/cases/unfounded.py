"""Manifestly unfounded reports, and the strikes that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from staydown.domain.accounts.strikes import Strike
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import Report
from staydown.domain.cases.states import CaseState


def unfounded_report_strikes(reports: Iterable[Report], cases: Mapping[str, Case]) -> tuple[Strike, ...]:
    """Return the strikes of these reports, the newest first, one for each image.

    cases: all cases of the reports, by id. A report of several images is a strike only if each of them was
    dismissed as manifestly unfounded.
    """
    strikes: dict[str, Strike] = {}
    for report in sorted(reports, key=lambda report: (report.filed_at, report.case_number)):
        if report.case_ids and all(
            _counts_as_strike(cases.get(case_id), report) for case_id in report.case_ids
        ):
            ref = report.case_ids[0]
            strikes.setdefault(ref, Strike(ref, report.filed_at))
    return tuple(reversed(strikes.values()))


def is_manifestly_unfounded(case: Case | None) -> bool:
    """Whether the decision in force dismisses the case as manifestly unfounded."""
    if case is None or case.decision is None or case.state is not CaseState.DECIDED:
        return False
    return case.decision.manifestly_unfounded


def _counts_as_strike(case: Case | None, report: Report) -> bool:
    """A report that was withdrawn before the decision cost no reviewer time, so it does not count."""
    if case is None or case.decision is None or not is_manifestly_unfounded(case):
        return False
    return report.withdrawn_at is None or report.withdrawn_at > case.decision.at
