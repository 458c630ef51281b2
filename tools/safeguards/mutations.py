"""Each safeguard, the edit that removes it, and the tests that detect the edit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_CODE = "layers/staydown/staydown/"
_ORDERS = "tests/faults/test_interleavings.py::test_every_interleaving_of_a_pair_keeps_the_invariants"
_FAULTS = "tests/faults/test_faults.py::test_result_is_the_same_after_any_injected_fault"


@dataclass(frozen=True)
class CodeEdit:
    """old: text that occurs once in the file. new: its replacement."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Safeguard:
    """purpose: what it prevents. tests: node IDs. Each test fails after the edits."""

    name: str
    purpose: str
    edits: tuple[CodeEdit, ...]
    tests: tuple[str, ...]


def _one(name: str, purpose: str, file: str, old: str, new: str, *tests: str) -> Safeguard:
    return Safeguard(name, purpose, (CodeEdit(file, old, new),), tests)


SAFEGUARDS = (
    Safeguard(
        "registration before the evaluation, and a last refresh of the bank",
        "A scan cannot miss a decision. Each of the two alone would be enough.",
        (
            CodeEdit(
                _CODE + "services/uploads/scan_upload.py",
                "    registered = _map_parallel(objects, ",
                "    bank.refresh()\n"
                "    bank.refresh = lambda: bank.seq\n"
                "    registered = _map_parallel(objects, ",
            ),
        ),
        (f"{_ORDERS}[scan_meets_decision_and_sweep]",),
    ),
    _one(
        "the version condition on every write",
        "Of a stop and a publication at the same time, only one succeeds.",
        _CODE + "aws/transaction.py",
        '            self.put_if(table, item, condition="version = :read_at", values={":read_at": version})',
        "            self.put(table, item)",
        "tests/services/test_stores.py::TestUploads::test_only_one_of_two_writes_of_a_version_succeeds",
        f"{_ORDERS}[removal_meets_a_republication]",
    ),
    _one(
        "the second read after an image was moved",
        "A copy that was published while its upload was stopped is deleted.",
        _CODE + "services/uploads/sync_location.py",
        "    return is_current()\n",
        "    return True\n",
        "tests/services/test_scan_upload.py::test_image_removed_during_publication_does_not_stay_public",
    ),
    _one(
        "the hour is read after the log line is written",
        "Later sweeps find an upload that was registered in an hour during its compaction.",
        _CODE + "services/uploads/scan_upload.py",
        "        stack.content_log.ensure_in_open_hour(registered, stack.now())",
        "        pass",
        f"{_ORDERS}[slow_scan_meets_compaction]",
        "tests/services/test_content_log.py::test_late_upload_of_a_closed_hour_is_found",
    ),
    _one(
        "an hour is closed before it is read",
        "A compaction reads all lines of the hour.",
        _CODE + "services/sweeps/compact_content_log.py",
        "        if state is HourState.CLOSED or stack.content_log.transition_hour(\n"
        "            hour, HourState.OPEN, HourState.CLOSED\n"
        "        ):\n",
        "        if True:\n",
        f"{_ORDERS}[slow_scan_meets_compaction]",
    ),
    _one(
        "a part of a sweep checks whether its hour was erased",
        "A late sweep misses no upload that was compacted meanwhile.",
        _CODE + "services/sweeps/sweep_parts.py",
        "        if self._stack.content_log.get_hour_state(part.target) in {None, HourState.ERASED}:",
        "        if False:",
        "tests/services/test_content_log.py::test_part_of_an_hour_erased_meanwhile_reads_the_segments",
    ),
    _one(
        "further parts are added before their first part is counted",
        "A sweep ends only after all its parts.",
        _CODE + "services/sweeps/sweep_bank.py",
        '            stack.sweep_parts_queue.send([{"sweep": sweep_id, "part": name} for name in names])',
        "            pass",
        f"{_FAULTS}[sweep_after_a_decision]",
        "tests/services/test_content_log.py::test_sweep_finds_copies_in_segments_and_uncompacted_hours",
    ),
    _one(
        "the Idempotency-Key",
        "A request that is sent twice takes effect once.",
        _CODE + "api/idempotency.py",
        '        if key is None or not route.startswith("POST ") or route in self._excluded_routes:',
        "        if True:",
        "tests/functions/test_idempotency.py::test_a_report_sent_twice_is_one_report_with_one_secret",
    ),
    Safeguard(
        "the pixel limit",
        "A small file cannot use all memory.",
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
        "images are hashed in the colours that browsers show",
        "A colour profile cannot hide an image from the scan.",
        _CODE + "imaging/decode.py",
        "    interpretations = colour_interpretations(data, image_format, container.info)\n",
        "    interpretations = (None,)\n",
        "tests/imaging/test_displayed_colours.py"
        "::test_displayed_image_comes_first_and_stored_one_follows[table, JPEG]",
        "tests/imaging/test_displayed_colours.py"
        "::test_displayed_image_comes_first_and_stored_one_follows[colours, PNG]",
    ),
    _one(
        "one statement of an IAM policy",
        "Each function has the permissions that it needs.",
        "template.yaml",
        'Action: ["dynamodb:GetItem", "dynamodb:PutItem"], Resource: !GetAtt UploadsTable.Arn}',
        'Action: ["dynamodb:GetItem"], Resource: !GetAtt UploadsTable.Arn}',
        "tests/infrastructure/test_local_stack.py::test_ticket_needs_only_permissions_of_its_function",
    ),
    _one(
        "an independent reviewer for appeals",
        "No reviewer decides the appeal of their own decision.",
        _CODE + "domain/cases/appeals.py",
        "    if reviewer in case.participants:",
        "    if False:",
        "tests/services/test_appeals.py::test_participant_cannot_decide_the_appeal",
    ),
    _one(
        "an independent reviewer for appeals of manual blocks",
        "No reviewer decides the appeal of their own block.",
        _CODE + "services/appeals/appeal_block.py",
        "    if block.set_by == reviewer:",
        "    if False:",
        "tests/services/test_block_appeals.py::test_reviewer_who_set_a_block_cannot_decide_its_appeal",
    ),
    _one(
        "an appeal lifts its own block only",
        "A block that was set after the appeal stays.",
        _CODE + "services/appeals/appeal_block.py",
        "account.blocks.get(MANUAL_BLOCK) == block",
        "MANUAL_BLOCK in account.blocks",
        f"{_ORDERS}[block_appeal_meets_its_lifting_and_another_block]",
    ),
    _one(
        "the distance limit for reports of copies",
        "Images of two people are not decided in one case.",
        _CODE + "services/reports/case_assignment.py",
        "(distance := image.whole_image_distance(known)) <= most",
        "(distance := image.whole_image_distance(known)) <= 256",
        "tests/services/test_reports.py::TestFiling::test_copy_of_a_copy_joins_no_distant_case",
    ),
    _one(
        "match exclusions after the split of a case",
        "An image stays if a reviewer found that it differs from the removed one.",
        _CODE + "domain/cases/split.py",
        "    return upload.with_match_exclusions(images.difference(upload.blocking_entries))\n",
        "    return upload\n",
        "tests/services/test_split_case.py::TestOutcome::test_one_image_is_removed_and_the_other_stays",
    ),
    _one(
        "the digests of the audit chain",
        "A changed record is detected.",
        _CODE + "domain/audit/chain.py",
        "        if _digest(record) != record.digest:",
        "        if False:",
        "tests/domain/test_audit.py::test_changed_field_of_any_record_is_detected",
    ),
    _one(
        "the account is checked at publication",
        "A blocked account publishes nothing, even if the block is set during the scan.",
        _CODE + "services/uploads/reconcile_upload.py",
        "    if not upload.was_released:\n",
        "    if False:\n",
        "tests/services/test_scan_upload.py::test_account_blocked_during_the_scan_publishes_nothing",
    ),
    _one(
        "an upload is held at the last scan attempt",
        "An image that crashes the scan has a final state.",
        _CODE + "services/uploads/scan_upload.py",
        "    if uploaded.delivery_attempt >= stack.settings.scan_attempts and upload.version == 0:",
        "    if False:",
        "tests/services/test_scan_upload.py::test_image_that_crashes_the_scan_is_held_at_the_last_attempt",
    ),
    _one(
        "logs name an exception without its text",
        "The text of an exception may contain user data.",
        _CODE + "api/failures.py",
        "error=type(error).__name__",
        "error=repr(error)",
        "tests/journeys/test_no_leaks.py::test_failure_log_names_place_and_kind_but_no_input",
    ),
    _one(
        "only a platform verifies a reporter",
        "Nobody defers the reports of another person by filing in their name.",
        _CODE + "services/reports/file_report.py",
        "    if form.verified_account is not None:\n",
        '    form = replace(form, verified_account=("by mail", form.email))\n'
        "    if form.verified_account is not None:\n",
        "tests/services/test_reporter_strikes.py::test_impersonation_does_not_defer_the_reports_of_others",
    ),
    _one(
        "an independent reviewer suspends a reporter",
        "No single reviewer can defer the reports of a person.",
        _CODE + "services/misuse/decide_misuse.py",
        "    if view.decided_by_viewer and judgement.outcome is MisuseOutcome.SUSPEND:\n",
        "    if False:\n",
        "tests/services/test_reporter_strikes.py::test_reviewer_of_one_unfounded_report_cannot_suspend",
    ),
    _one(
        "a deferral ends before the deadline of its case",
        "The legal deadline applies to every case, and no upload is hidden without review.",
        _CODE + "domain/cases/deferral.py",
        "        return self.until if deadline is None else min(self.until, deadline - policy.warn_before)\n",
        "        return self.until\n",
        "tests/services/test_reporter_strikes.py::test_deferral_never_outlasts_the_legal_deadline",
    ),
    _one(
        "a deferral ends with the report of another person",
        "A suspended reporter does not delay the reports of others.",
        _CODE + "services/reports/case_assignment.py",
        "        if opened or self._deferral is None or case.deferral != self._deferral:\n",
        "        if opened:\n",
        "tests/services/test_reporter_strikes.py::test_deferral_ends_when_another_reporter_reports_the_image",
    ),
    _one(
        "a deferral ends when an upload is held for its case",
        "No upload is held for a case that nobody reviews.",
        _CODE + "services/uploads/apply_match.py",
        "        joined = replace(joined, deferral=None)",
        "        joined = replace(joined)",
        "tests/services/test_reporter_strikes.py::test_deferral_ends_when_an_upload_is_held_for_the_case",
    ),
    _one(
        "a suspension ends when its strikes no longer support it",
        "A granted appeal reverses all consequences of the dismissal.",
        _CODE + "services/misuse/apply_strikes.py",
        "            end_unsupported(stack, subject)\n        return\n",
        "        return\n",
        "tests/services/test_reporter_strikes.py::test_granted_appeal_ends_the_suspension_it_supported",
        f"{_FAULTS}[reporter_suspension_without_strikes]",
    ),
)
