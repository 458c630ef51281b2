"""Actions of people, as short calls for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from staydown.aws.bank_store import StoredEntry
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases.appeals import Appeal, AppealOutcome, AppealParty
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    DecisionOutcome,
    Factors,
    SceneSetting,
    ShownContent,
)
from staydown.domain.cases.reports import Declarations, RelationToSubject, ReportedHash
from staydown.domain.uploads.upload import Upload
from staydown.services.appeals.appeal_block import appeal_block
from staydown.services.appeals.appeal_case_decision import appeal_case_decision
from staydown.services.appeals.appeal_dismissal import appeal_dismissal
from staydown.services.appeals.appeal_match import appeal_match
from staydown.services.appeals.decide_appeal import AppealDecision, decide_appeal
from staydown.services.bank.override_entry import OverrideReason, allow_hash, set_entry_enabled
from staydown.services.reports.file_report import FiledReport, ReportForm, file_report
from staydown.services.review.decide_case import Judgement, decide_case
from staydown.services.review.second_opinion import claim_opinion, give_opinion

from tests.support.sample_images import drawn
from tests.support.world import World

FACTORS = Factors(frozenset({ShownContent.NUDITY}), SceneSetting.PRIVATE, ComplainantIsSubject.YES)
VIOLATING, NOT_VIOLATING = DecisionOutcome.VIOLATING, DecisionOutcome.NOT_VIOLATING

FORM = ReportForm(
    relation=RelationToSubject.SELF,
    declarations=Declarations(True, True, True, True),
    uploads=(),
    hashes=(),
    statement="that is me",
    signature="Jane Roe",
    name="Jane Roe",
    email="jane@example.org",
)
INCOMPLETE = replace(FORM, signature="", email="")
VERIFIED = replace(FORM, verified_account=("beta", "rita"))


def report(
    world: World, *uploads: Upload, hashes: Sequence[PdqHash] = (), form: ReportForm = FORM
) -> FiledReport:
    upload_ids = tuple(upload.upload_id for upload in uploads)
    reported_hashes = tuple(ReportedHash(pdq, 100) for pdq in hashes)
    return file_report(world.stack, replace(form, uploads=upload_ids, hashes=reported_hashes))


def judgement(outcome: DecisionOutcome = VIOLATING, reasons: str = "as seen") -> Judgement:
    return Judgement(outcome, FACTORS, reasons)


def decide(
    world: World,
    case_id: str,
    outcome: DecisionOutcome = VIOLATING,
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
        judgement=replace(judgement(outcome, reasons), wants_second_opinion=second_opinion),
        expected_revision=revision,
    )


def file_unfounded_report(world: World, seed: int) -> FiledReport:
    """File a report by a verified account an hour later; dismiss it as manifestly unfounded."""
    world.drain()
    world.clock.advance(hours=1)
    form = replace(VERIFIED, statement=f"report {seed}")
    filed = report(world, world.upload("alpha", "ann", drawn(seed)), form=form)
    world.drain()
    unfounded_factors = Factors(frozenset({ShownContent.NONE}), SceneSetting.PUBLIC, ComplainantIsSubject.NO)
    dismissal = Judgement(NOT_VIOLATING, unfounded_factors, "a teapot", manifestly_unfounded=True)
    case_id = filed.cases[0].case_id
    decide_case(world.stack, case_id=case_id, reviewer="ada", judgement=dismissal, expected_revision=None)
    return filed


def give_second_opinion(
    world: World,
    case_id: str,
    outcome: DecisionOutcome = VIOLATING,
    *,
    reviewer: str = "ben",
    claim: bool = True,
) -> Case:
    """Claim a second opinion, unless it is claimed, and give it."""
    if claim:
        claim_opinion(world.stack, case_id=case_id, reviewer=reviewer)
    return give_opinion(
        world.stack, case_id=case_id, reviewer=reviewer, judgement=judgement(outcome, "I see")
    )


def report_and_decide(
    world: World, *uploads: Upload, outcome: DecisionOutcome = VIOLATING, reviewer: str = "ada"
) -> Case:
    """Report the uploads and decide at once. Return the case of the first upload."""
    filed = report(world, *uploads)
    return decide(world, filed.cases[0].case_id, outcome, reviewer=reviewer)


def appeal_case(world: World, upload: Upload, case_id: str | None = None) -> Appeal:
    return appeal_case_decision(
        world.stack,
        platform=upload.platform,
        account_id=upload.account_id,
        case_id=case_id,
        statement="it is a beach",
    )


def file_match_appeal(world: World, upload: Upload) -> Appeal:
    """Appeal the match of an upload, by its account holder."""
    return appeal_match(
        world.stack,
        platform=upload.platform,
        account_id=upload.account_id,
        upload_id=upload.upload_id,
        statement="it is another picture",
    )


def file_block_appeal(world: World, platform: str = "alpha", account_id: str = "ann") -> Appeal:
    """Appeal the manual block of an account."""
    return appeal_block(
        world.stack, platform=platform, account_id=account_id, statement="it was another person"
    )


def file_dismissal_appeal(world: World, filed: FiledReport) -> Appeal:
    """Appeal the dismissal of a report. Return the appeal of its first dismissed case."""
    return appeal_dismissal(world.stack, filed.report.case_number, filed.secret, "it is me")[0]


def resolve_appeal(
    world: World,
    filed: Appeal,
    outcome: AppealOutcome = AppealOutcome.GRANTED,
    *,
    reviewer: str = "cleo",
    senior: bool = False,
) -> Appeal:
    factors = None if filed.party is AppealParty.ACCOUNT_HOLDER else FACTORS
    appeal_decision = AppealDecision(outcome, "looked again", factors)
    return decide_appeal(
        world.stack,
        appeal_id=filed.appeal_id,
        appeal_decision=appeal_decision,
        reviewer=reviewer,
        senior=senior,
    )


def grant_case_appeal(world: World, upload: Upload, case: Case | str) -> Appeal:
    """Appeal a case by the account holder of an upload and grant the appeal."""
    case_id = case if isinstance(case, str) else case.case_id
    return resolve_appeal(world, appeal_case(world, upload, case_id))


def allow_entry(world: World, pdq: PdqHash, *, despite: Sequence[str] | None = None) -> StoredEntry:
    """Allow a hash. despite: confirmed entries nearby that the reviewer saw (all by default)."""
    if despite is None:
        world.bank.refresh()
        near = world.bank.search(pdq, distance=world.cloud.settings.match_policy.review_distance)
        despite = [match.entry_id for match in near]
    return allow_hash(
        world.stack,
        world.bank,
        pdq=pdq,
        quality=100,
        reason=OverrideReason.FALSE_POSITIVE,
        despite=despite,
        reviewer="sue",
    )


def switch_entry_state(world: World, entry_id: str, *, on: bool, seq: int | None = None) -> StoredEntry:
    return set_entry_enabled(
        world.stack,
        entry_id=entry_id,
        enabled=on,
        reason=OverrideReason.CORRECTION,
        reviewer="sue",
        expected_seq=seq,
    )


@dataclass(frozen=True)
class Story:
    """An image that was published, reported and decided as violating."""

    upload: Upload
    filed: FiledReport
    case: Case


def enforced_story(world: World, data: bytes, *, account: str = "ann") -> Story:
    upload = world.upload("alpha", account, data)
    filed = report(world, upload)
    case = decide(world, filed.cases[0].case_id)
    return Story(upload, filed, case)
