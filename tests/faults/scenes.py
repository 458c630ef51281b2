"""The scenes of all subjects, in the order in which they run."""

from __future__ import annotations

from tests.faults.appeals import scenes as appeals
from tests.faults.bank import scenes as bank
from tests.faults.misuse import scenes as misuse
from tests.faults.notices import scenes as notices
from tests.faults.reports import scenes as reports
from tests.faults.retention import scenes as retention
from tests.faults.review import scenes as review
from tests.faults.steps import SceneFactory
from tests.faults.sweeps import scenes as sweeps
from tests.faults.uploads import scenes as uploads

PAIR_SCENES: list[SceneFactory] = [
    *uploads.PAIR_SCENES,
    *reports.PAIR_SCENES,
    *review.PAIR_SCENES,
    *appeals.PAIR_SCENES,
    *bank.PAIR_SCENES,
    *sweeps.PAIR_SCENES,
    *retention.PAIR_SCENES,
    *misuse.PAIR_SCENES,
    *notices.PAIR_SCENES,
]

LONG_SCENES: set[SceneFactory] = {
    *uploads.LONG_SCENES,
    *reports.LONG_SCENES,
    *appeals.LONG_SCENES,
    *sweeps.LONG_SCENES,
    *misuse.LONG_SCENES,
}
"""Pairs with thousands of orders at two switches: `make test` tries one switch."""

CROWD_SCENES: list[SceneFactory] = [
    *uploads.CROWD_SCENES,
    *appeals.CROWD_SCENES,
    *sweeps.CROWD_SCENES,
]
