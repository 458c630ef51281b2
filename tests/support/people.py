"""What people do, in short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from staydown.aws.bank_store import Stored
from staydown.domain.appeals import Appeal, AppealOutcome, Appellant
from staydown.domain.cases import Case
from staydown.domain.decisions import Complainant, Factors, Outcome, Setting, Shown
from staydown.domain.hashes import PdqHash
from staydown.domain.reports import Declarations, Relation, ReportedHash
from staydown.domain.uploads import Upload
from staydown.services.appeals.appeal_block import appeal_block
from staydown.services.appeals.appeal_refusal import appeal_refusal
from staydown.services.appeals.appeal_stop import appeal_stop
from staydown.services.appeals.decide_appeal import Answer, decide_appeal
from staydown.services.appeals.file_appeal import file_appeal
from staydown.services.bank.change_entry import Reason, allow_hash, switch_entry
from staydown.services.reports.file_report import FiledReport, ReportForm, file_report
from staydown.services.review.decide_case import Judgement, decide_case
from staydown.services.review.second_opinion import claim_opinion, give_opinion

from tests.support.pictures import drawn
from tests.support.world import World

FACTORS = Factors(frozenset({Shown.NUDITY}), Setting.PRIVATE, Complainant.YES)
VIOLATING, NOT_VIOLATING = Outcome.VIOLATING, Outcome.NOT_VIOLATING

FORM = ReportForm(
    relation=Relation.SELF,
    declarations=Declarations(True, True, True, True),
    uploads=(),
    hashes=(),
    statement="that is me",
    signature="Jane Roe",
    name="Jane Roe",
    email="jane@example.org",
)
INCOMPLETE = replace(FORM, signature="", email="")
VOUCHED = replace(FORM, vouched=("beta", "rita"))


def report(
    world: World, *uploads: Upload, hashes: Sequence[PdqHash] = (), form: ReportForm = FORM
) -> FiledReport:
    named = tuple(upload.upload_id for upload in uploads)
    hashed = tuple(ReportedHash(pdq, 100) for pdq in hashes)
    return file_report(world.stack, replace(form, uploads=named, hashes=hashed))


def judgement(outcome: Outcome = VIOLATING, reasons: str = "as seen") -> Judgement:
    return Judgement(outcome, FACTORS, reasons)


def decide(
    world: World,
    case_id: str,
    outcome: Outcome = VIOLATING,
    *,
    reviewer: str = "ada",
    revision: int | None = None,
    reasons: str = "as seen",
    second_opinion: bool = False,
) -> Case:
    return decide_case(
        world.stack,
        case_id=case_id,
        reviewer=reviewer,
        judgement=replace(judgement(outcome, reasons), second_opinion=second_opinion),
        expected_revision=revision,
    )


def report_in_vain(world: World, seed: int) -> FiledReport:
    """By an account that its platform vouches for, an hour later, and refused as manifestly unfounded."""
    world.drain()
    world.clock.advance(hours=1)
    form = replace(VOUCHED, statement=f"report {seed}")
    filed = report(world, world.upload("alpha", "ann", drawn(seed)), form=form)
    world.drain()
    nothing = Factors(frozenset({Shown.NONE}), Setting.PUBLIC, Complainant.NO)
    judged = Judgement(NOT_VIOLATING, nothing, "a teapot", manifestly_unfounded=True)
    case_id = filed.cases[0].case_id
    decide_case(world.stack, case_id=case_id, reviewer="ada", judgement=judged, expected_revision=None)
    return filed


def opine(
    world: World, case_id: str, outcome: Outcome = VIOLATING, *, reviewer: str = "ben", claim: bool = True
) -> Case:
    """A second opinion, claimed and given."""
    if claim:
        claim_opinion(world.stack, case_id=case_id, reviewer=reviewer)
    return give_opinion(
        world.stack, case_id=case_id, reviewer=reviewer, judgement=judgement(outcome, "I see")
    )


def judge(world: World, *uploads: Upload, outcome: Outcome = VIOLATING, reviewer: str = "ada") -> Case:
    """Reported, and decided at once: the case of the first upload."""
    filed = report(world, *uploads)
    return decide(world, filed.cases[0].case_id, outcome, reviewer=reviewer)


def appeal(world: World, upload: Upload, case_id: str | None = None) -> Appeal:
    return file_appeal(
        world.stack,
        platform=upload.platform,
        account_id=upload.account_id,
        case_id=case_id,
        statement="it is a beach",
    )


def appeal_of_stop(world: World, upload: Upload) -> Appeal:
    """By the account of an upload that the bank alone has stopped."""
    return appeal_stop(
        world.stack,
        platform=upload.platform,
        account_id=upload.account_id,
        upload_id=upload.upload_id,
        statement="it is another picture",
    )


def appeal_of_block(world: World, platform: str = "alpha", account_id: str = "ann") -> Appeal:
    """Of the block by hand of an account."""
    return appeal_block(
        world.stack, platform=platform, account_id=account_id, statement="it was somebody else"
    )


def appeal_as_reporter(world: World, filed: FiledReport) -> Appeal:
    """Of the first of its cases that was refused."""
    return appeal_refusal(world.stack, filed.report.case_number, filed.secret, "it is me")[0]


def answer(
    world: World,
    filed: Appeal,
    outcome: AppealOutcome = AppealOutcome.UPHELD,
    *,
    reviewer: str = "cleo",
    senior: bool = False,
) -> Appeal:
    factors = None if filed.party is Appellant.ACCOUNT_HOLDER else FACTORS
    answered = Answer(outcome, "looked again", factors)
    return decide_appeal(
        world.stack, appeal_id=filed.appeal_id, answer=answered, reviewer=reviewer, senior=senior
    )


def reverse(world: World, upload: Upload, case: Case | str) -> Appeal:
    """Appealed by the account of an upload, and upheld."""
    case_id = case if isinstance(case, str) else case.case_id
    return answer(world, appeal(world, upload, case_id))


def allow(world: World, pdq: PdqHash, *, despite: Sequence[str] | None = None) -> Stored:
    """By default with a look at whatever lies near it."""
    if despite is None:
        world.bank.refresh()
        near = world.bank.search(pdq, distance=world.cloud.settings.policy.review_distance)
        despite = [match.entry_id for match in near]
    return allow_hash(
        world.stack,
        world.bank,
        pdq=pdq,
        quality=100,
        reason=Reason.FALSE_ALARM,
        despite=despite,
        reviewer="sue",
    )


def switch(world: World, entry_id: str, *, on: bool, seq: int | None = None) -> Stored:
    return switch_entry(
        world.stack,
        entry_id=entry_id,
        on=on,
        reason=Reason.MISTAKE,
        reviewer="sue",
        expected_seq=seq,
    )


@dataclass(frozen=True)
class Story:
    """An image that was published, reported and judged violating."""

    upload: Upload
    filed: FiledReport
    case: Case


def judged_story(world: World, data: bytes, *, account: str = "ann") -> Story:
    upload = world.upload("alpha", account, data)
    filed = report(world, upload)
    case = decide(world, filed.cases[0].case_id)
    return Story(upload, filed, case)
