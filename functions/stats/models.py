"""Schemas of metrics for seniors. Reviewers appear with their user pool ids only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState

Share = Annotated[float | None, Field(description="0 to 1; absent without data")]
Hours = Annotated[float | None, Field(description="Absent without data")]


class QueueAgeBucket(BaseModel):
    up_to_hours: Annotated[int | None, Field(description="Absent for the oldest cases")]
    cases: int


class QueueStats(BaseModel):
    waiting: int
    overdue: Annotated[int, Field(description="Cases past their deadline, to the hour")]
    median_age_hours: Hours
    oldest_age_hours: Hours
    by_age: list[QueueAgeBucket]


class DurationStats(BaseModel):
    """Durations, rounded up to a quarter of an hour."""

    count: int
    median_hours: Hours
    ninetieth_hours: Annotated[float | None, Field(description="90th percentile; absent without data")]


class DecisionTimeStats(DurationStats):
    """Durations from the first valid report of a case to its decision."""

    in_time: Annotated[int, Field(description="Decided before the deadline, with or without a report")]
    late: int
    share_in_time: Share


class AppealStats(BaseModel):
    filed: int
    upheld: int
    rejected: int
    share_overturned: Share
    time_to_answer: DurationStats


class SecondOpinionStats(BaseModel):
    agreed: int
    differed: int
    share_agreed: Share


class MatchStatsByDay(BaseModel):
    date: date
    blocked: Annotated[int, Field(description="Copies that were blocked before publication")]
    removed: Annotated[int, Field(description="Published copies that a match removed")]
    held: Annotated[int, Field(description="Uploads held for review")]


class MatchStatsByDistance(BaseModel):
    distance: Annotated[int, Field(description="Distance of the nearest match, in bits of 256")]
    uploads: int


class MatchStatsByView(BaseModel):
    view: Annotated[str, Field(description="The view of the upload that matched")]
    uploads: int


class MatchStats(BaseModel):
    """Uploads that a match blocked, removed or held for review."""

    blocked: int
    removed: int
    held: int
    by_day: list[MatchStatsByDay]
    by_distance: list[MatchStatsByDistance]
    by_view: list[MatchStatsByView]


class ReviewerStats(BaseModel):
    reviewer: Annotated[str, Field(description="The user pool id, a pseudonym")]
    claims: int
    decisions: int
    appeals: int
    second_opinions: int
    looks: Annotated[int, Field(description="Image views, blurred or unblurred")]
    sharp_looks: int
    misuse_reviews: int


class MisuseStats(BaseModel):
    """Measures under Article 23 DSA. Reviewers suspend, and only after a warning."""

    warned: Annotated[int, Field(description="Warned automatically, before a review")]
    warned_by_a_reviewer: int
    suspended: int
    no_action: int
    unfounded_notices: Annotated[
        int, Field(description="Reports dismissed as manifestly unfounded. Their reporters were warned")
    ]


class SuspensionStats(BaseModel):
    """Suspensions under Article 23 DSA, in the three classes of Article 24(1)(b)."""

    illegal_content: Annotated[int, Field(description="Accounts suspended by a reviewer after a warning")]
    unfounded_notices: Annotated[int, Field(description="Reporters whose reports a reviewer deferred")]
    unfounded_complaints: Annotated[
        int, Field(description="Always 0: this software does not suspend for complaints")
    ]


class ActionStats(BaseModel):
    """Actions by kind of detection and decision, under Article 15(1) DSA."""

    by_decision: Annotated[
        int, Field(description="Images that a reviewer decided on after a notice or match")
    ]
    by_match: Annotated[int, Field(description="Copies blocked or removed without human review")]
    accounts_blocked: Annotated[int, Field(description="Accounts blocked by a case decision or manually")]


class TransparencyStats(BaseModel):
    """Further counts for the transparency report under Articles 15 and 24 DSA."""

    notices: int
    notices_by_automated_means: Annotated[int, Field(description="Notices decided without a human")]
    cases_acted_on: Annotated[int, Field(description="Cases in which the image was a violation")]
    cases_refused: int
    actions: ActionStats
    ground: Annotated[str, Field(description="The legal or contractual ground that the operator has set")]
    complaints: int
    complaints_upheld: int
    complaints_rejected: int
    suspensions: SuspensionStats
    misuse: MisuseStats


class Stats(BaseModel):
    first_day: date
    last_day: date
    now: Annotated[datetime, Field(description="The time of the metrics for cases and queue")]
    cases: dict[CaseState, int]
    queue: QueueStats
    notices: Annotated[int, Field(description="Filed reports")]
    opened_by_report: int
    opened_by_match: int
    time_to_act: DecisionTimeStats
    decisions: dict[DecisionOutcome, int]
    appeals: AppealStats
    second_opinions: SecondOpinionStats
    stopped: MatchStats
    transparency: TransparencyStats
    reviewers: list[ReviewerStats]


class Statement(BaseModel):
    """A statement of reasons in the format of the DSA Transparency Database's API."""

    decision_ground: str
    illegal_content_legal_ground: Annotated[str, Field(max_length=500)]
    illegal_content_explanation: Annotated[str, Field(max_length=2000)]
    decision_visibility: list[str]
    decision_account: str | None = None
    category: str
    category_specification: list[str]
    content_type: list[str]
    content_date: date
    application_date: date
    decision_facts: Annotated[str, Field(max_length=5000)]
    source_type: str
    automated_detection: str
    automated_decision: str
    puid: Annotated[str, Field(pattern="^[a-zA-Z0-9-_]+$")]


class Statements(BaseModel):
    statements: Annotated[list[Statement], Field(max_length=100)]
