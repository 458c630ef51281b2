"""Random stories: after any actions and any message order, the invariants hold once all is delivered.

After each step the world is drained, checked, and restored to the state before draining. So messages still
wait, and can arrive late, twice or out of order in later steps.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.errors import StaydownError
from staydown.services.accounts import block_account, unblock_account
from staydown.services.notices.publish_events import publish_events
from staydown.services.reports.amend_report import ReportUpdate, complete_report, withdraw_report
from staydown.services.reports.file_report import FiledReport, file_report
from staydown.services.review.review_queue import claim_case, claim_next, recuse, unclaim_case
from staydown.services.review.second_opinion import claim_opinion

from tests.support.actions import (
    FORM,
    INCOMPLETE,
    appeal_case,
    decide,
    file_block_appeal,
    file_dismissal_appeal,
    file_match_appeal,
    give_second_opinion,
    report,
    resolve_appeal,
)
from tests.support.invariants import check, check_deadlines
from tests.support.sample_images import NOT_AN_IMAGE, drawn, drawn_hash
from tests.support.world import World, memory_world

EXAMPLES = int(os.environ.get("STAYDOWN_STORIES", "40"))
STEPS = 30

platforms = st.sampled_from(["alpha", "beta"])
accounts = st.sampled_from(["ann", "bob", "cat"])
reviewers = st.sampled_from(["ada", "ben", "cleo", "dora"])
seeds = st.integers(1, 2)
flips = st.sampled_from([0, 3, 25, 31, 40, 47, 60, 75])
chances = st.integers(0, 10**6)


class StoryMachine(RuleBasedStateMachine):
    """An action may be rejected with a StaydownError. Any other error fails the test."""

    filed = Bundle("filed")

    def __init__(self) -> None:
        super().__init__()
        self._undo = ExitStack()
        self.world: World = self._undo.enter_context(memory_world())
        self.accounts: list[tuple[str, str]] = []

    def teardown(self) -> None:
        self._undo.close()

    def attempt(self, act: Callable[[], object], *, twice: bool = False) -> None:
        """Act once or twice, as a client does that repeats a request after a lost answer."""
        for _ in range(1 + twice):
            try:
                act()
            except StaydownError:
                return

    def pick_case(self, number: int) -> Case | None:
        cases = sorted(self.cases(), key=lambda case: case.case_id)
        return cases[number % len(cases)] if cases else None

    def cases(self) -> list[Case]:
        keys = self.world.cloud.table(self.world.cloud.settings.cases_table)
        ids = [pk.removeprefix("CASE#") for pk, _ in keys if pk.startswith("CASE#")]
        return [case for case_id in ids if (case := self.world.stack.cases.get_case(case_id)) is not None]

    def upload_ids(self) -> list[str]:
        keys = self.world.cloud.table(self.world.cloud.settings.uploads_table)
        return sorted(pk.removeprefix("UPLOAD#") for pk, sk in keys if sk == "UPLOAD")

    @initialize(seed=seeds)
    def publish_an_image(self, seed: int) -> None:
        self.world.upload("alpha", "ann", drawn(seed))

    @rule(platform=platforms, account=accounts, seed=seeds, flipped=flips, plain=st.booleans(), copy=seeds)
    def put(self, platform: str, account: str, seed: int, flipped: int, plain: bool, copy: int) -> None:
        self.world.put(
            platform, account, drawn(seed, flipped=flipped, quality=20 if plain else 100, copy=copy)
        )

    @rule(platform=platforms, account=accounts)
    def put_an_invalid_file(self, platform: str, account: str) -> None:
        self.world.put(platform, account, NOT_AN_IMAGE)

    @rule(target=filed, numbers=st.lists(chances, min_size=1, max_size=3), complete=st.booleans())
    def report_uploads(self, numbers: list[int], complete: bool) -> FiledReport | None:
        known = self.upload_ids()
        uploads = tuple(dict.fromkeys(known[number % len(known)] for number in numbers))
        return self.report(uploads, (), complete)

    @rule(target=filed, seed=seeds, flipped=flips, complete=st.booleans())
    def report_a_hash(self, seed: int, flipped: int, complete: bool) -> FiledReport | None:
        return self.report((), (drawn_hash(seed, flipped=flipped).hex,), complete)

    def report(self, uploads: tuple[str, ...], hashes: tuple[str, ...], complete: bool) -> FiledReport | None:
        form = replace(FORM if complete else INCOMPLETE, uploads=uploads)
        if hashes:
            (one,) = (pdq for pdq in hashes)
            return report(self.world, hashes=[type(drawn_hash(1)).from_hex(one)], form=form)
        return file_report(self.world.stack, form)

    @rule(one=filed, twice=st.booleans())
    def complete(self, one: FiledReport, twice: bool) -> None:
        added = ReportUpdate(signature="Jane Roe", email="jane@example.org")
        self.attempt(
            lambda: complete_report(self.world.stack, one.report.case_number, one.secret, added),
            twice=twice,
        )

    @rule(one=consumes(filed), twice=st.booleans())
    def withdraw(self, one: FiledReport, twice: bool) -> None:
        self.attempt(
            lambda: withdraw_report(self.world.stack, one.report.case_number, one.secret), twice=twice
        )

    @rule(number=chances, reviewer=reviewers)
    def claim(self, number: int, reviewer: str) -> None:
        case = self.pick_case(number)
        if case is not None:
            self.attempt(lambda: claim_case(self.world.stack, case_id=case.case_id, reviewer=reviewer))

    @rule(reviewer=reviewers)
    def claim_next(self, reviewer: str) -> None:
        self.attempt(lambda: claim_next(self.world.stack, reviewer=reviewer))

    @rule(
        number=chances,
        reviewer=reviewers,
        outcome=st.sampled_from([DecisionOutcome.VIOLATING, DecisionOutcome.NOT_VIOLATING, *DecisionOutcome]),
        twice=st.booleans(),
        unsure=st.booleans(),
    )
    def judge(self, number: int, reviewer: str, outcome: DecisionOutcome, twice: bool, unsure: bool) -> None:
        undecided = sorted((case for case in self.cases() if case.undecided), key=lambda c: c.case_id)
        if undecided:
            case_id = undecided[number % len(undecided)].case_id
            self.attempt(
                lambda: decide(self.world, case_id, outcome, reviewer=reviewer, second_opinion=unsure),
                twice=twice,
            )

    @rule(number=chances, reviewer=reviewers, outcome=st.sampled_from(AppealOutcome), twice=st.booleans())
    def appeal_and_answer(self, number: int, reviewer: str, outcome: AppealOutcome, twice: bool) -> None:
        blocking = sorted((case for case in self.cases() if case.blocked_accounts), key=lambda c: c.case_id)
        if not blocking:
            return
        case = blocking[number % len(blocking)]
        uploads = self.world.stack.uploads.get_many(case.uploads)
        upload = uploads[number % len(uploads)]
        self.attempt(
            lambda: resolve_appeal(
                self.world, appeal_case(self.world, upload, case.case_id), outcome, reviewer=reviewer
            ),
            twice=twice,
        )

    @rule(number=chances)
    def appeal_only(self, number: int) -> None:
        case = self.pick_case(number)
        uploads = self.world.stack.uploads.get_many(case.uploads) if case is not None else []
        if case is not None and uploads:
            self.attempt(lambda: appeal_case(self.world, uploads[number % len(uploads)], case.case_id))

    @rule(number=chances, reviewer=reviewers)
    def unclaim_a_case(self, number: int, reviewer: str) -> None:
        case = self.pick_case(number)
        if case is not None:
            self.attempt(lambda: unclaim_case(self.world.stack, case_id=case.case_id, reviewer=reviewer))

    @rule(number=chances, reviewer=reviewers)
    def recuse(self, number: int, reviewer: str) -> None:
        case = self.pick_case(number)
        if case is not None:
            self.attempt(lambda: recuse(self.world.stack, case_id=case.case_id, reviewer=reviewer))

    @rule(
        number=chances,
        reviewer=reviewers,
        outcome=st.sampled_from(
            [DecisionOutcome.VIOLATING, DecisionOutcome.NOT_VIOLATING, DecisionOutcome.SUSPECTED_CHILD]
        ),
        twice=st.booleans(),
    )
    def give_a_second_opinion(
        self, number: int, reviewer: str, outcome: DecisionOutcome, twice: bool
    ) -> None:
        waiting = sorted(
            (case for case in self.cases() if case.second_opinion_pending), key=lambda c: c.case_id
        )
        if waiting:
            case_id = waiting[number % len(waiting)].case_id
            self.attempt(lambda: claim_opinion(self.world.stack, case_id=case_id, reviewer=reviewer))
            self.attempt(
                lambda: give_second_opinion(self.world, case_id, outcome, reviewer=reviewer, claim=False),
                twice=twice,
            )

    @rule(one=filed, twice=st.booleans())
    def appeal_a_dismissal(self, one: FiledReport, twice: bool) -> None:
        self.attempt(lambda: file_dismissal_appeal(self.world, one), twice=twice)

    @rule(number=chances, reviewer=reviewers, outcome=st.sampled_from(AppealOutcome))
    def answer_only(self, number: int, reviewer: str, outcome: AppealOutcome) -> None:
        waiting, _ = self.world.stack.cases.list_pending_appeals()
        if waiting:
            one = waiting[number % len(waiting)]
            self.attempt(lambda: resolve_appeal(self.world, one, outcome, reviewer=reviewer, senior=True))

    @rule(platform=platforms, account=accounts, reviewer=reviewers)
    def block(self, platform: str, account: str, reviewer: str) -> None:
        self.attempt(
            lambda: block_account(
                self.world.stack, platform=platform, account_id=account, reason="spam", reviewer=reviewer
            )
        )

    @rule(platform=platforms, account=accounts, twice=st.booleans())
    def appeal_a_block(self, platform: str, account: str, twice: bool) -> None:
        self.attempt(lambda: file_block_appeal(self.world, platform, account), twice=twice)

    @rule(number=chances, twice=st.booleans())
    def appeal_a_match(self, number: int, twice: bool) -> None:
        known = self.upload_ids()
        upload = self.world.stack.uploads.get(known[number % len(known)])
        if upload is not None:
            self.attempt(lambda: file_match_appeal(self.world, upload), twice=twice)

    @rule(platform=platforms, account=accounts)
    def unblock(self, platform: str, account: str) -> None:
        self.attempt(
            lambda: unblock_account(self.world.stack, platform=platform, account_id=account, reviewer="sue")
        )

    @rule()
    def run_the_publisher(self) -> None:
        self.world.publish()

    @rule(number=chances)
    def run_the_publisher_for_some(self, number: int) -> None:
        waiting = self.world.outbox()
        publish_events(self.world.stack, waiting[: number % (len(waiting) + 1)])

    @rule(number=chances, again=st.booleans())
    def deliver_a_message(self, number: int, again: bool) -> None:
        """Deliver any waiting message; it may be delivered once more, later."""
        if self.world.queue:
            message = self.world.queue[number % len(self.world.queue)]
            self.world.queue.remove(message)
            if again:
                self.world.queue.append(message)
            self.world.deliver(message)

    @rule()
    def deliver_all_messages(self) -> None:
        self.world.drain()

    @rule(minutes=st.sampled_from([1, 45, 90, 40 * 60]))
    def advance_the_clock(self, minutes: int) -> None:
        self.world.clock.advance(minutes=minutes)

    @rule()
    def run_the_deadline_watcher(self) -> None:
        self.world.watch_deadlines()

    @invariant()
    def all_invariants_hold_after_delivery(self) -> None:
        mark = self.world.checkpoint()
        self.world.drain()
        check(self.world)
        self.world.watch_deadlines()
        self.world.drain()
        check(self.world)
        check_deadlines(self.world)
        assert not self.world.dead_letters, f"dead letters: {self.world.dead_letters}"
        assert not self.world.failures, f"functions failed: {self.world.failures}"
        self.world.restore(mark)


def test_any_story_keeps_the_invariants(record_property: Callable[[str, object], None]) -> None:
    run_state_machine_as_test(
        StoryMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    record_property("stories", EXAMPLES)
