"""Use cases about review, prepared up to the call under test."""

from __future__ import annotations

from staydown.domain.cases.decisions import (
    DecisionOutcome,
)
from staydown.services.access.cases import Viewer
from staydown.services.review.add_note import add_note
from staydown.services.review.review_queue import claim_case, recuse, unclaim_case
from staydown.services.review.second_opinion import claim_opinion
from staydown.services.review.split_case import split_case
from staydown.services.review.view_case import view_case

from tests.faults.steps import Action, UseCase
from tests.support.actions import (
    NOT_VIOLATING,
    VIOLATING,
    decide,
    give_second_opinion,
    report,
)
from tests.support.sample_images import drawn, drawn_hash
from tests.support.world import World


def case_with_pending_opinion(world: World, outcome: DecisionOutcome) -> str:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    decide(world, case_id, outcome, second_opinion=True)
    world.drain()
    return case_id


def decision_violating(world: World) -> Action:
    uploads = [world.upload("alpha", name, drawn(1, flipped=n)) for n, name in enumerate(["ann", "eve"])]
    case_id = report(world, *uploads).cases[0].case_id
    return lambda _: decide(world, case_id)


def decision_on_a_claim(world: World) -> Action:
    case_id = report(world, hashes=[drawn_hash(1)]).cases[0].case_id
    world.upload("beta", "bob", drawn(1, flipped=3))
    return lambda _: decide(world, case_id)


def decision_not_violating(world: World) -> Action:
    case_id = report(world, hashes=[drawn_hash(1)]).cases[0].case_id
    world.upload("beta", "bob", drawn(1, flipped=3))
    return lambda _: decide(world, case_id, NOT_VIOLATING)


def decision_suspected_child(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: decide(world, case_id, DecisionOutcome.SUSPECTED_CHILD)


def decision_needs_information(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: decide(world, case_id, DecisionOutcome.NEEDS_INFORMATION)


def claim_of_a_case(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: claim_case(world.stack, case_id=case_id, reviewer="ada")


def case_unclaimed(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    return lambda _: unclaim_case(world.stack, case_id=case_id, reviewer="ada")


def reviewer_recused(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    return lambda _: recuse(world.stack, case_id=case_id, reviewer="ada")


def case_split(world: World) -> Action:
    uploads = [world.upload("alpha", name, drawn(1, flipped=n)) for n, name in ((0, "ann"), (20, "eve"))]
    case_id = report(world, uploads[0], hashes=[drawn_hash(1)]).cases[0].case_id
    report(world, uploads[1])
    world.upload("beta", "bob", drawn(1, flipped=25))
    world.drain()
    world.clock.advance(hours=47)
    world.watch_deadlines()
    world.drain()
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    case = world.stack.cases.get_case(case_id)
    assert case is not None
    return lambda _: split_case(
        world.stack,
        case_id=case_id,
        reviewer="ada",
        upload_ids=[uploads[1].upload_id],
        expected_revision=case.revision,
    )


def note_left(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: add_note(
        world.stack, case_id=case_id, viewer=Viewer("ada"), text="Compare the other one."
    )


def case_read(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: view_case(world.stack, case_id=case_id, viewer=Viewer("ada"))


def opinion_claimed(world: World) -> Action:
    case_id = case_with_pending_opinion(world, VIOLATING)
    return lambda _: claim_opinion(world.stack, case_id=case_id, reviewer="ben")


def disagreeing_opinion(world: World) -> Action:
    case_id = case_with_pending_opinion(world, VIOLATING)
    claim_opinion(world.stack, case_id=case_id, reviewer="ben")
    return lambda _: give_second_opinion(world, case_id, NOT_VIOLATING, claim=False)


def locking_opinion(world: World) -> Action:
    case_id = case_with_pending_opinion(world, NOT_VIOLATING)
    claim_opinion(world.stack, case_id=case_id, reviewer="ben")
    return lambda _: give_second_opinion(world, case_id, DecisionOutcome.SUSPECTED_CHILD, claim=False)


def deadline_near(world: World) -> Action:
    report(world, world.upload("alpha", "ann", drawn(1)))
    world.clock.advance(hours=40)
    return lambda _: world.watch_deadlines()


def deadline_passed(world: World) -> Action:
    """Four cases: about an upload, about a hash, with a warning already sent, and with time left."""
    report(
        world, *[world.upload("alpha", name, drawn(1, flipped=n)) for n, name in enumerate(["ann", "eve"])]
    )
    report(world, hashes=[drawn_hash(2)])
    world.upload("beta", "bob", drawn(2, flipped=3))
    world.clock.advance(hours=40)
    world.watch_deadlines()
    report(world, world.upload("alpha", "ann", drawn(3)))
    world.clock.advance(hours=8)
    return lambda _: world.watch_deadlines()


def decision_after_the_deadline(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    world.clock.advance(hours=48)
    world.watch_deadlines()
    world.drain()
    return lambda _: decide(world, case_id, NOT_VIOLATING)


USE_CASES: list[UseCase] = [
    decision_violating,
    decision_on_a_claim,
    decision_not_violating,
    decision_suspected_child,
    decision_needs_information,
    claim_of_a_case,
    case_unclaimed,
    reviewer_recused,
    case_split,
    note_left,
    case_read,
    opinion_claimed,
    disagreeing_opinion,
    locking_opinion,
    deadline_near,
    deadline_passed,
    decision_after_the_deadline,
]
