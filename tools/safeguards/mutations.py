"""Each safeguard, how it is taken out, and which test notices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_CODE = "layers/staydown/staydown/"
_ORDERS = "tests/faults/test_interleavings.py::test_every_interleaving_of_a_pair_keeps_the_invariants"
_FAULTS = "tests/faults/test_faults.py::test_result_is_the_same_after_any_injected_fault"


@dataclass(frozen=True)
class CodeEdit:
    """old: text that the file has once, or lines of it. new: what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Safeguard:
    """what: it is there for. tests: node ids; each of them fails when the edits are made."""

    name: str
    what: str
    edits: tuple[CodeEdit, ...]
    tests: tuple[str, ...]


def _one(name: str, what: str, file: str, old: str, new: str, *tests: str) -> Safeguard:
    return Safeguard(name, what, (CodeEdit(file, old, new),), tests)


SAFEGUARDS = (
    Safeguard(
        "register before check, and a last look at the head",
        "no gap between a scan and a decision; either alone would still close it",
        (
            CodeEdit(
                _CODE + "services/uploads/scan_upload.py",
                "    registered = _each(arrived, lambda one: register_upload(stack, one, keep))\n",
                "    bank.refresh()\n"
                "    bank.refresh = lambda: bank.seq\n"
                "    registered = _each(arrived, lambda one: register_upload(stack, one, keep))\n",
            ),
        ),
        (f"{_ORDERS}[scan_meets_decision_and_sweep]",),
    ),
    _one(
        "the condition on every write of a version, and so on publish",
        "who condemns and who publishes can't both succeed",
        _CODE + "aws/transaction.py",
        '            self.put_if(table, item, condition="version = :read_at", values={":read_at": version})',
        "            self.put(table, item)",
        "tests/services/test_stores.py::TestUploads::test_only_one_of_two_writes_of_a_version_succeeds",
        f"{_ORDERS}[removal_meets_a_republication]",
    ),
    _one(
        "the read-back after an image was put somewhere",
        "a copy that was made while its upload was condemned is deleted",
        _CODE + "services/uploads/sync_location.py",
        "    return is_current()\n",
        "    return True\n",
        "tests/services/test_scan_upload.py::test_image_removed_during_publication_does_not_stay_public",
    ),
    _one(
        "the hour is read after the line was written",
        "an upload that is registered into an hour that is being folded is found by later sweeps",
        _CODE + "services/uploads/scan_upload.py",
        "        stack.content.keep(one, stack.now())",
        "        pass",
        f"{_ORDERS}[slow_scan_meets_compaction]",
        "tests/services/test_content_log.py::test_late_upload_of_a_closed_hour_is_found",
    ),
    _one(
        "an hour is closed before it is read",
        "a fold takes all lines that will ever count",
        _CODE + "services/sweeps/compact_content_log.py",
        "stack.content.move_on(hour, HourState.OPEN, HourState.CLOSED):",
        "True:",
        f"{_ORDERS}[slow_scan_meets_compaction]",
    ),
    _one(
        "a part looks whether its hour was erased",
        "a sweep that is late misses nothing that was folded meanwhile",
        _CODE + "services/sweeps/sweep_parts.py",
        "        if self._stack.content.state(part.of) in {None, HourState.ERASED}:",
        "        if False:",
        "tests/services/test_content_log.py::test_part_of_an_hour_erased_meanwhile_reads_the_segments",
    ),
    _one(
        "further parts are added before the part that found them is counted",
        "a sweep is never over before all is done",
        _CODE + "services/sweeps/sweep_bank.py",
        '            stack.sweep_parts_queue.send([{"sweep": sweep_id, "part": name} for name in names])',
        "            pass",
        f"{_FAULTS}[sweep_after_a_decision]",
        "tests/services/test_content_log.py::test_sweep_finds_copies_in_segments_and_uncompacted_hours",
    ),
    _one(
        "the Idempotency-Key",
        "what is sent twice takes effect once",
        _CODE + "api/idempotency.py",
        '        if key is None or not route.startswith("POST ") or route in self._excluded_routes:',
        "        if True:",
        "tests/functions/test_idempotency.py::test_a_report_sent_twice_is_one_report_with_one_secret",
    ),
    Safeguard(
        "the pixel limit",
        "a small file can't take all memory",
        (
            CodeEdit(
                _CODE + "imaging/containers.py",
                "    if width * height * frames > limits.max_pixels:",
                "    if False:",
            ),
            CodeEdit(_CODE + "imaging/containers.py", "    if pixels > limits.max_pixels:", "    if False:"),
        ),
        ("tests/imaging/test_decode.py::test_image_over_the_pixel_limit_is_rejected",),
    ),
    _one(
        "a picture is hashed as its profile makes it look",
        "what browsers show by it is found, whatever the stored values are",
        _CODE + "imaging/decode.py",
        "    interpretations = colour_interpretations(data, image_format, container.info)\n",
        "    interpretations = (None,)\n",
        "tests/imaging/test_displayed_colours.py"
        "::test_displayed_image_comes_first_and_stored_one_follows[table, JPEG]",
        "tests/imaging/test_displayed_colours.py"
        "::test_displayed_image_comes_first_and_stored_one_follows[colours, PNG]",
    ),
    _one(
        "one statement of a policy",
        "a function that needs a permission has it",
        "template.yaml",
        'Action: ["dynamodb:GetItem", "dynamodb:PutItem"], Resource: !GetAtt UploadsTable.Arn}',
        'Action: ["dynamodb:GetItem"], Resource: !GetAtt UploadsTable.Arn}',
        "tests/infrastructure/test_local_stack.py::test_ticket_needs_only_permissions_of_its_function",
    ),
    _one(
        "another pair of eyes",
        "nobody decides the appeal of their own decision",
        _CODE + "domain/cases/appeals.py",
        "    if reviewer in case.involved:",
        "    if False:",
        "tests/services/test_appeals.py::test_participant_cannot_decide_the_appeal",
    ),
    _one(
        "another pair of eyes on a block by hand",
        "nobody decides the appeal of the block that they have set",
        _CODE + "services/appeals/appeal_block.py",
        "    if block.by == reviewer:",
        "    if False:",
        "tests/services/test_block_appeals.py::test_reviewer_who_set_a_block_cannot_decide_its_appeal",
    ),
    _one(
        "the very block",
        "an appeal lifts the block that it is of, and none that was set after it",
        _CODE + "services/appeals/appeal_block.py",
        "account.blocks.get(MANUAL) == block",
        "MANUAL in account.blocks",
        f"{_ORDERS}[block_appeal_meets_its_lifting_and_another_block]",
    ),
    _one(
        "the distance of reports of copies",
        "two people's pictures are not judged as one",
        _CODE + "services/reports/case_assignment.py",
        "(distance := image.distance_whole(known)) <= most",
        "(distance := image.distance_whole(known)) <= 256",
        "tests/services/test_reports.py::TestFiling::test_copy_of_a_copy_joins_no_distant_case",
    ),
    _one(
        "telling apart what is taken out of a case",
        "a picture that is near a judged one, and found to be another, stays",
        _CODE + "services/review/split_case.py",
        ".spared_from(_apart(one, self._ours))",
        "",
        "tests/services/test_split_case.py::TestOutcome::test_one_image_is_removed_and_the_other_stays",
    ),
    _one(
        "the chain's digest",
        "a record that was changed is noticed",
        _CODE + "domain/audit/chain.py",
        "        if _digest(record) != record.digest:",
        "        if False:",
        "tests/domain/test_audit.py::test_changed_field_of_any_record_is_detected",
    ),
    _one(
        "the account is asked when an image is published",
        "a block bars from uploading, however close it comes",
        _CODE + "services/uploads/reconcile_upload.py",
        "    if not upload.released:\n",
        "    if False:\n",
        "tests/services/test_scan_upload.py::test_account_blocked_during_the_scan_publishes_nothing",
    ),
    _one(
        "held before the last attempt",
        "an image that kills its reader is accounted for",
        _CODE + "services/uploads/scan_upload.py",
        "    if arrived.attempt >= stack.settings.scan_attempts and upload.version == 0:",
        "    if False:",
        "tests/services/test_scan_upload.py::test_image_that_crashes_the_scan_is_held_at_the_last_attempt",
    ),
    _one(
        "a failure is told without its text",
        "an exception may quote what somebody sent",
        _CODE + "api/failures.py",
        "error=type(error).__name__",
        "error=repr(error)",
        "tests/journeys/test_no_leaks.py::test_failure_log_names_place_and_kind_but_no_input",
    ),
    _one(
        "a reporter is an account that its platform vouches for",
        "nobody's reports wait for what somebody else has filed in their name",
        _CODE + "services/reports/file_report.py",
        "    if form.vouched is not None:\n",
        '    form = replace(form, vouched=("by mail", form.email))\n    if form.vouched is not None:\n',
        "tests/services/test_reporter_strikes.py::test_impersonation_does_not_defer_the_reports_of_others",
    ),
    _one(
        "another reviewer than who judged suspends a reporter",
        "no single reviewer can make somebody's reports wait",
        _CODE + "services/misuse/decide_misuse.py",
        "    if view.judged_by_you and judgement.outcome is MisuseOutcome.SUSPEND:\n",
        "    if False:\n",
        "tests/services/test_reporter_strikes.py::test_reviewer_of_one_unfounded_report_cannot_suspend",
    ),
    _one(
        "a suspended reporter's case is back before its deadline",
        "the law's clock has no exception, and nobody's picture is hidden for it unlooked at",
        _CODE + "domain/cases/deferral.py",
        "        return self.until if deadline is None else min(self.until, deadline - policy.warn_before)\n",
        "        return self.until\n",
        "tests/services/test_reporter_strikes.py::test_deferral_never_outlasts_the_legal_deadline",
    ),
    _one(
        "a suspended reporter's case is back with anybody else's report",
        "one who cries wolf keeps nobody else waiting",
        _CODE + "services/reports/case_assignment.py",
        "        if new or self._aside is None or case.set_aside != self._aside:\n",
        "        if new:\n",
        "tests/services/test_reporter_strikes.py::test_deferral_ends_when_another_reporter_reports_the_image",
    ),
    _one(
        "a suspended reporter's case is back when an upload is held for it",
        "nobody's upload is held for a claim that nobody looks at",
        _CODE + "services/uploads/apply_match.py",
        "        joined = replace(joined, set_aside=None)",
        "        joined = replace(joined)",
        "tests/services/test_reporter_strikes.py::test_deferral_ends_when_an_upload_is_held_for_the_case",
    ),
    _one(
        "a reporter's suspension falls with what it rests on",
        "an upheld appeal takes back all that followed from the refusal",
        _CODE + "services/misuse/apply_strikes.py",
        "            step_down(stack, subject)\n        return\n",
        "        return\n",
        "tests/services/test_reporter_strikes.py::test_granted_appeal_ends_the_suspension_it_supported",
        f"{_FAULTS}[reporter_suspension_without_strikes]",
    ),
)
