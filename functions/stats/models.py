"""Figures as seniors see them. Reviewers are told apart by the pool's own ids alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState

Share = Annotated[float | None, Field(description="0 to 1; absent where nothing was counted")]
Hours = Annotated[float | None, Field(description="Absent where nothing was counted")]


class QueueAgeBucket(BaseModel):
    up_to_hours: Annotated[int | None, Field(description="Absent: older than all before")]
    cases: int


class QueueStats(BaseModel):
    waiting: int
    overdue: Annotated[int, Field(description="Past their deadline, to the hour")]
    median_age_hours: Hours
    oldest_age_hours: Hours
    by_age: list[QueueAgeBucket]


class DurationStats(BaseModel):
    """To a quarter of an hour, rounded up."""

    count: int
    median_hours: Hours
    ninetieth_hours: Annotated[float | None, Field(description="Nine in ten took no longer")]


class DecisionTimeStats(DurationStats):
    """From the first valid report of a case to its decision."""

    in_time: Annotated[int, Field(description="Decided before the deadline, reported or not")]
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
    blocked: Annotated[int, Field(description="Uploaded again, and stopped before anybody saw it")]
    removed: Annotated[int, Field(description="A copy that was up, and was taken down by a match")]
    held: Annotated[int, Field(description="Brought to a reviewer")]


class MatchStatsByDistance(BaseModel):
    distance: Annotated[int, Field(description="Bits of 256, of the nearest match")]
    uploads: int


class MatchStatsByView(BaseModel):
    view: Annotated[str, Field(description="Which view of the upload met the bank")]
    uploads: int


class MatchStats(BaseModel):
    """By a match, with nobody looking, or brought to a reviewer by one."""

    blocked: int
    removed: int
    held: int
    by_day: list[MatchStatsByDay]
    by_distance: list[MatchStatsByDistance]
    by_view: list[MatchStatsByView]


class ReviewerStats(BaseModel):
    reviewer: Annotated[str, Field(description="The pool's own id, a pseudonym")]
    claims: int
    decisions: int
    appeals: int
    second_opinions: int
    looks: Annotated[int, Field(description="At an image, blurred or sharp")]
    sharp_looks: int
    misuse_reviews: int


class MisuseStats(BaseModel):
    """The ladder of the DSA's Article 23: nobody is suspended by it without a warning, nor by a machine."""

    warned: Annotated[int, Field(description="By a machine, before any reviewer looked")]
    warned_by_a_reviewer: int
    suspended: int
    no_action: int
    unfounded_notices: Annotated[
        int, Field(description="Reports called manifestly unfounded; their senders were warned")
    ]


class SuspensionStats(BaseModel):
    """The three classes of the DSA's Article 24(1)(b): by Article 23, after a warning and for a time."""

    illegal_content: Annotated[int, Field(description="Accounts that were warned and went on, by a reviewer")]
    unfounded_notices: Annotated[int, Field(description="Whose reports wait for a time, by a reviewer")]
    unfounded_complaints: Annotated[int, Field(description="This software suspends nobody for these")]


class ActionStats(BaseModel):
    """Images that were stopped, by what they were found by and decided by; and accounts (Article 15(1))."""

    by_decision: Annotated[int, Field(description="Judged by a reviewer after a notice or a match")]
    by_match: Annotated[int, Field(description="The same as a judged one, with nobody looking")]
    accounts_blocked: Annotated[
        int, Field(description="By the decision of a case, or by hand; until it is undone")
    ]


class TransparencyStats(BaseModel):
    """Counts that the transparency report of the DSA's Articles 15 and 24 asks for, beside those above."""

    notices: int
    notices_by_automated_means: Annotated[int, Field(description="Decided by a machine alone")]
    cases_acted_on: Annotated[int, Field(description="Decided against the image")]
    cases_refused: int
    actions: ActionStats
    ground: Annotated[str, Field(description="In law and in the terms, as the operator has set it")]
    complaints: int
    complaints_upheld: int
    complaints_rejected: int
    suspensions: SuspensionStats
    misuse: MisuseStats


class Stats(BaseModel):
    first_day: date
    last_day: date
    now: Annotated[datetime, Field(description="When the cases and the queue were as they are told")]
    cases: dict[CaseState, int]
    queue: QueueStats
    notices: Annotated[int, Field(description="Reports that were filed")]
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
    """As the Transparency Database's API takes it."""

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
