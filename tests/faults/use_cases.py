"""The use cases of all subjects, in the order in which the tests and docs/faults.md list them."""

from __future__ import annotations

from tests.faults.appeals import use_cases as appeals
from tests.faults.bank import use_cases as bank
from tests.faults.misuse import use_cases as misuse
from tests.faults.notices import use_cases as notices
from tests.faults.reports import use_cases as reports
from tests.faults.retention import use_cases as retention
from tests.faults.review import use_cases as review
from tests.faults.steps import UseCase
from tests.faults.sweeps import use_cases as sweeps
from tests.faults.uploads import use_cases as uploads

USE_CASES: list[UseCase] = [
    *uploads.USE_CASES,
    *reports.USE_CASES,
    *review.USE_CASES,
    *appeals.USE_CASES,
    *bank.USE_CASES,
    *sweeps.USE_CASES,
    *retention.USE_CASES,
    *misuse.USE_CASES,
    *notices.USE_CASES,
]
