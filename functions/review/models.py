"""What reviewers send and see. Nobody who reported is in any of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool
from staydown.api.http import Body
from staydown.domain.appeals import AppealOutcome, Appellant
from staydown.domain.bank import Standing
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Origin
from staydown.domain.decisions import Complainant, Outcome, Setting, Shown
from staydown.domain.misuse import Ending, Intention, MisuseOutcome
from staydown.domain.notes import MAX_NOTE_BYTES
from staydown.domain.reports import Authority, Relation
from staydown.domain.uploads import UploadState
from staydown.services.retention.hold_case import HoldReason


class QueuedCase(BaseModel):
    case_id: str
    state: CaseState
    origin: Origin
    opened_at: datetime
    deadline: datetime | None
    uploads: int
    reports: int
    claimed_until: Annotated[datetime | None, Field(description="Somebody works on it until then")]
    claimed_by_you: bool


class QueuePage(BaseModel):
    cases: list[QueuedCase]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]


class Overlap(BaseModel):
    """How a picture lies over the judged one, by its keypoints."""

    inliers: Annotated[int, Field(description="Keypoints that one laying explains")]
    agreeing: Annotated[int, Field(description="Parts of the judged picture that look the same")]
    visible: Annotated[int, Field(description="Parts that could be compared")]


class MatchMade(BaseModel):
    entry_id: str
    standing: Annotated[Standing | None, Field(description="As it is now")]
    provenance: Annotated[list[str], Field(description="What the entry rests on: case, report, partner")]
    distance: Annotated[int, Field(description="Bits that differ, 0 to 256")]
    view: Annotated[str, Field(description="Which view of the upload met the entry")]
    exact: bool
    overlap: Annotated[Overlap | None, Field(description="Absent where the hashes of the whole pictures met")]
    cases: Annotated[list[str], Field(description="Decided cases that the entry rests on")]


class CaseUpload(BaseModel):
    upload_id: str
    platform: str
    account_id: str
    state: UploadState
    reason: str | None
    received_at: datetime
    was_published: bool
    width: int | None
    height: int | None
    frames: int | None
    quality: Annotated[int | None, Field(description="Of its hash: under 50 it says little")]
    matches: list[MatchMade]


class ReportAnswer(BaseModel):
    question: str
    answer: str


class CaseReport(BaseModel):
    addresses: Annotated[
        list[str], Field(description="Where they say it is, other than what is published here")
    ]
    authority: Annotated[Authority | None, Field(description="By what they act for the person shown")]
    filed_at: datetime
    valid: bool
    relation: Relation
    statement: str
    answers: Annotated[
        list[ReportAnswer], Field(description="To the operator's questions that are for reviewers")
    ]
    withdrawn: bool


MoreReports = Annotated[int, Field(description="That come after these: ask for them with reports_from")]


class FactorsGiven(Body):
    shown: Annotated[list[Shown], Field(min_length=1)]
    setting: Setting
    complainant: Complainant


class DecisionMade(BaseModel):
    outcome: Outcome
    factors: FactorsGiven
    reasons: str
    at: datetime
    by_you: bool
    manifestly_unfounded: bool


class NoteLeft(BaseModel):
    by: Annotated[str, Field(description="A reviewer, by the id of the audit")]
    by_you: bool
    at: datetime
    text: str


class OtherReader(BaseModel):
    reviewer: Annotated[str, Field(description="By the id of the audit")]
    at: Annotated[datetime, Field(description="When they last read it")]


class Held(BaseModel):
    case_id: str
    held: Annotated[bool, Field(description="Nothing of the case is erased")]
    reason: HoldReason | None
    since: datetime | None
    release_asked: Annotated[bool, Field(description="One of two has asked; somebody else has to confirm")]
    release_asked_by_you: bool
    erasure_asked: Annotated[bool, Field(description="Its images are erased by the next run, or are")]
    erasure_waits: Annotated[
        bool, Field(description="One of several who reported it wants that; a senior decides")
    ]


class Sweep(BaseModel):
    sweep_id: str
    entries: Annotated[int, Field(description="How many changed entries of the bank it is for")]
    started_at: datetime
    finished_at: Annotated[datetime | None, Field(description="Absent while parts are left to be done")]
    parts: Annotated[int, Field(description="Planned so far; a part may find that there are more")]
    parts_done: int
    copies_found: Annotated[int, Field(description="Uploads near one of its entries, so far")]


class EntrySweep(BaseModel):
    entry_id: str
    current: Annotated[
        bool, Field(description="It goes by the entry as it stands; else the sweep that does is yet to begin")
    ]
    sweep: Annotated[
        Sweep | None, Field(description="The last that began; absent before the first, and after 30 days")
    ]


class CaseSweeps(BaseModel):
    case_id: str
    sweeps: Annotated[list[EntrySweep], Field(description="Of each entry that rests on its decision")]


class Case(BaseModel):
    case_id: str
    state: CaseState
    origin: Origin
    opened_at: datetime
    deadline: datetime | None
    revision: int
    claimed_until: datetime | None
    claimed_by_you: bool
    you_took_part: Annotated[bool, Field(description="You claimed or decided it: its appeal is for others")]
    uploads: list[CaseUpload]
    reports: list[CaseReport]
    more_reports: MoreReports
    entries: Annotated[list[str], Field(description="Entries of the bank that it is about")]
    banked: Annotated[list[str], Field(description="Entries of the bank that rest on its decision")]
    decision: DecisionMade | None
    appeal_id: Annotated[str | None, Field(description="An appeal of it that waits")]
    second_opinion: Annotated[OpinionState | None, Field(description="Somebody else's, if one was asked for")]
    hold: Held
    notes: Annotated[list[NoteLeft], Field(description="Of reviewers to each other, the oldest first")]
    others_reading: Annotated[
        list[OtherReader], Field(description="Other reviewers who had it open in the last three minutes")
    ]


class NoteRequest(Body):
    text: Annotated[
        str, Field(min_length=1, max_length=MAX_NOTE_BYTES, description="1000 bytes in UTF-8 at most")
    ]


class NextCase(BaseModel):
    case: Annotated[Case | None, Field(description="Absent when nothing waits")]


class RevealRequest(Body):
    upload_id: Annotated[str, Field(max_length=64)]
    sharp: Annotated[StrictBool, Field(description="false: small, grey and blurred; look at that first")] = (
        False
    )


class Revealed(BaseModel):
    """Either the blurred picture itself, or a link to the sharp one that is good for one look."""

    image: Annotated[str | None, Field(description="Base64 of a JPEG: small, grey, blurred")]
    url: str | None
    expires_at: datetime | None


class ComparisonRequest(Body):
    upload_id: Annotated[str, Field(max_length=64)]
    entry_id: Annotated[str, Field(max_length=64, description="One that the upload met")]


class Comparison(BaseModel):
    image: Annotated[
        str | None, Field(description="Base64 of a PNG, grey and blurred; absent where only a hash is known")
    ]
    original_kept: Annotated[bool, Field(description="Whether the judged picture itself is in it")]


class DecisionRequest(Body):
    outcome: Outcome
    factors: FactorsGiven
    reasons: Annotated[str, Field(min_length=1, max_length=5000)]
    second_opinion: Annotated[
        StrictBool, Field(description="Somebody else is to judge it too, without seeing this")
    ] = False
    manifestly_unfounded: Annotated[
        StrictBool,
        Field(description="With not_violating, of a case with one report: its sender is warned of it"),
    ] = False


class OpinionState(StrEnum):
    WAITS = "waits"
    AGREES = "agrees"
    DIFFERS = "differs"


class WaitingOpinion(BaseModel):
    case_id: str
    decided_at: datetime
    claimed_until: datetime | None
    claimed_by_you: bool
    for_others: Annotated[bool, Field(description="You had part in the case: it is not yours to give")]


class OpinionPage(BaseModel):
    opinions: list[WaitingOpinion]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]


class BlindMatch(BaseModel):
    distance: int
    view: str
    exact: bool


class BlindUpload(BaseModel):
    """What is to be judged, and nothing that tells how it was."""

    upload_id: str
    received_at: datetime
    width: int | None
    height: int | None
    frames: int | None
    quality: int | None
    matches: list[BlindMatch]


class BlindCase(BaseModel):
    case_id: str
    origin: Origin
    opened_at: datetime
    claimed_until: datetime | None
    uploads: list[BlindUpload]
    reports: list[CaseReport]
    more_reports: MoreReports


class NextOpinion(BaseModel):
    case: Annotated[BlindCase | None, Field(description="Absent when none waits that you may give")]


class OpinionRequest(Body):
    outcome: Literal["violating", "not_violating", "suspected_child"]
    factors: FactorsGiven
    reasons: Annotated[str, Field(min_length=1, max_length=5000)]


class OpinionGiven(BaseModel):
    case_id: str
    agrees: Annotated[bool, Field(description="With the decision; where not, a senior decides")]


class CaseLeft(BaseModel):
    case_id: str


class ConflictDeclared(BaseModel):
    case_id: str


class Template(BaseModel):
    key: str
    outcome: Outcome
    title: str
    text: str


class Templates(BaseModel):
    templates: list[Template]


class AppealDecisionRequest(Body):
    outcome: AppealOutcome
    reasons: Annotated[str, Field(min_length=1, max_length=5000)]
    factors: Annotated[
        FactorsGiven | None,
        Field(description="What the image shows: needed to uphold the appeal of who reported it"),
    ] = None
    finding: Annotated[
        Literal["violating", "suspected_child"],
        Field(description="How it is judged when such an appeal is upheld"),
    ] = "violating"


class ReviewedAppeal(BaseModel):
    appeal_id: str
    case_id: str
    party: Annotated[Appellant, Field(description="Who asks for another look")]
    platform: Annotated[str, Field(description="Of the account holder; empty for anybody else")]
    account_id: str
    upload_id: Annotated[
        str | None,
        Field(
            description="Of an image that was stopped by what the case put into the bank, with nobody "
            "looking: this alone is to be judged"
        ),
    ]
    statement: str
    filed_at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Absent until it is decided")]
    decided_at: datetime | None
    you_took_part: Annotated[bool, Field(description="You claimed or decided its case: it is for others")]


class AppealPage(BaseModel):
    appeals: list[ReviewedAppeal]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]


class MisuseReview(BaseModel):
    review_id: str
    platform: str
    account_id: str
    opened_at: datetime
    outcome: Annotated[MisuseOutcome | None, Field(description="Absent until it is decided")]
    decided_at: datetime | None
    until: Annotated[datetime | None, Field(description="When its suspension ends by itself")]
    ending: Annotated[
        Ending | None,
        Field(description="How its suspension ended; `fell` before a decision: too few strikes are left"),
    ]
    ended_at: datetime | None


class MisusePage(BaseModel):
    reviews: list[MisuseReview]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]


class MisuseStrike(BaseModel):
    upload_id: str
    at: Annotated[datetime, Field(description="When it was posted")]


class ShownInCases(BaseModel):
    shown: Shown
    cases: Annotated[int, Field(description="In how many of the judged cases that the strikes met")]


class MisuseFound(BaseModel):
    """As it is at this moment: what was taken back since is not in it."""

    review: MisuseReview
    days: Annotated[int, Field(description="Within which all of this was")]
    strikes: Annotated[list[MisuseStrike], Field(description="The newest first, 100 at most")]
    stopped: Annotated[int, Field(description="Uploads that met the bank before anybody saw them")]
    uploads: Annotated[int, Field(description="All uploads of the account, up to 1000")]
    exact: Annotated[
        int, Field(description="Of the newest 50 strikes, those that are the judged file itself")
    ]
    shown: list[ShownInCases]
    warned_at: Annotated[datetime | None, Field(description="The last warning, if it stands")]
    may_suspend: Annotated[bool, Field(description="Warned, and something was stopped after that")]
    longest_days: Annotated[int, Field(description="The longest term of a suspension")]


class MisuseDecisionRequest(Body):
    outcome: MisuseOutcome
    intention: Intention
    reasons: Annotated[str, Field(min_length=1, max_length=5000, description="For the record alone")]
    days: Annotated[int | None, Field(ge=1, le=3650, description="The term of a suspension")] = None


class MisuseLiftRequest(Body):
    reasons: Annotated[str, Field(min_length=1, max_length=5000, description="For the record alone")]


class HoldRequest(Body):
    reason: HoldReason


class AuditRecord(BaseModel):
    seq: int
    at: datetime
    actor: str
    action: str
    details: dict[str, Any]
    digest: str


class AuditChain(BaseModel):
    chain: str
    whole: Annotated[bool, Field(description="Every record follows from the one before it, to the last")]
    broken: Annotated[str | None, Field(description="Where it is not")]
    anchored: Annotated[int, Field(description="Up to which record an anchor vouches for it (0: not yet)")]
    records: list[AuditRecord]


class Audit(BaseModel):
    case_id: str
    chains: list[AuditChain]


class Bundle(BaseModel):
    """Checked offline by `python -m infra.audit check`."""

    format: str
    case_id: str
    made_at: Annotated[str, Field(description="As it was written: it is part of what the digest is of")]
    made_by: str
    case: dict[str, Any]
    chains: list[dict[str, Any]]
    anchors: list[dict[str, Any]]
    digest: str
