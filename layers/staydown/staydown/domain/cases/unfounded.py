"""Manifestly unfounded reports, and the strikes that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from staydown.domain.accounts.strikes import Strike
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import Report
from staydown.domain.cases.states import CaseState


def unfounded_report_strikes(reports: Iterable[Report], cases: Mapping[str, Case]) -> tuple[Strike, ...]:
    """Those of the reports of which nothing is left, the newest first, one of each image.

    cases: by id, all that the reports are about. A report of several images is a strike when each of them
    was refused as manifestly unfounded, and none when a single one was not.
    """
    strikes: dict[str, Strike] = {}
    for report in sorted(reports, key=lambda one: (one.filed_at, one.case_number)):
        if report.case_ids and all(_counts_as_strike(cases.get(one), report) for one in report.case_ids):
            ref = report.case_ids[0]
            strikes.setdefault(ref, Strike(ref, report.filed_at))
    return tuple(reversed(strikes.values()))


def is_manifestly_unfounded(case: Case | None) -> bool:
    """Whether it was refused as manifestly unfounded, and still is."""
    if case is None or case.decision is None or case.state is not CaseState.DECIDED:
        return False
    return case.decision.manifestly_unfounded


def _counts_as_strike(case: Case | None, report: Report) -> bool:
    """And the report stood then: what was taken back before took nobody's time."""
    if case is None or case.decision is None or not is_manifestly_unfounded(case):
        return False
    return report.withdrawn_at is None or report.withdrawn_at > case.decision.at
