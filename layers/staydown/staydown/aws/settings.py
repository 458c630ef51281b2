"""What the template tells a function, read once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from staydown.config.report_form import HelpLine, ReportQuestion, parse_help_lines, parse_questions
from staydown.domain.accounts.strikes import StrikePolicy
from staydown.domain.bank.alignment import AlignmentPolicy
from staydown.domain.bank.verdicts import MatchPolicy
from staydown.domain.cases.deadlines import DeadlinePolicy
from staydown.domain.cases.retention import RetentionPolicy


class MissingSetting(Exception):
    """A function was started without a variable that the template gives it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the environment variable {name} is not set; template.yaml sets it for each function"
        )


@dataclass(frozen=True, slots=True)
class Settings:
    uploads_bucket: str
    published_bucket: str
    quarantine_bucket: str
    bank_bucket: str
    anchors_bucket: str
    cases_table: str
    accounts_table: str
    hash_bank_table: str
    uploads_table: str
    audit_table: str
    reporters_table: str
    notices_table: str
    outbox_table: str
    idempotency_table: str
    metrics_table: str
    event_bus: str
    webhooks_queue: str
    webhook_endpoints_path: str
    mail_from_address: str
    mail_configuration_set: str
    pages_url: str
    sweep_parts_queue: str
    distribution_id: str
    published_base_url: str
    help_lines: tuple[HelpLine, ...]
    report_questions: tuple[ReportQuestion, ...]
    match_policy: MatchPolicy
    alignment_policy: AlignmentPolicy
    removal_period: timedelta
    deadline_policy: DeadlinePolicy
    appeal_window: timedelta
    retention: RetentionPolicy
    notice_link_lifetime: timedelta
    legal_ground: str
    strike_policy: StrikePolicy
    claim_lease: timedelta
    second_opinion_percent: int
    ticket_lifetime: timedelta
    reveal_lifetime: timedelta
    max_upload_bytes: int
    max_upload_pixels: int
    max_frames: int
    scan_attempts: int
    compaction_threshold: int
    max_segment_views: int
    lookback_window: timedelta

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Raise SettingMissing for an absent name, ValueError for a number that is none and for a form
        that can't be (FormMistake)."""

        def text(name: str) -> str:
            try:
                return environ[name]
            except KeyError:
                raise MissingSetting(name) from None

        def number(name: str) -> int:
            return int(text(name))

        return cls(
            uploads_bucket=text("UPLOADS_BUCKET"),
            published_bucket=text("PUBLISHED_BUCKET"),
            quarantine_bucket=text("QUARANTINE_BUCKET"),
            bank_bucket=text("BANK_BUCKET"),
            anchors_bucket=text("ANCHORS_BUCKET"),
            cases_table=text("CASES_TABLE"),
            accounts_table=text("ACCOUNTS_TABLE"),
            hash_bank_table=text("HASH_BANK_TABLE"),
            uploads_table=text("UPLOADS_TABLE"),
            audit_table=text("AUDIT_TABLE"),
            reporters_table=text("REPORTERS_TABLE"),
            notices_table=text("NOTICES_TABLE"),
            outbox_table=text("OUTBOX_TABLE"),
            idempotency_table=text("IDEMPOTENCY_TABLE"),
            metrics_table=text("FIGURES_TABLE"),
            event_bus=text("EVENT_BUS"),
            webhooks_queue=text("WEBHOOKS_QUEUE"),
            webhook_endpoints_path=text("WEBHOOKS_PATH"),
            mail_from_address=text("SENDER_ADDRESS"),
            mail_configuration_set=text("MAIL_CONFIGURATION"),
            pages_url=text("PAGES_URL"),
            sweep_parts_queue=text("SWEEP_PARTS_QUEUE"),
            distribution_id=text("DISTRIBUTION_ID"),
            published_base_url=text("PUBLISHED_BASE_URL").rstrip("/"),
            help_lines=parse_help_lines(text("HELP_LINES")),
            report_questions=parse_questions(text("REPORT_QUESTIONS")),
            match_policy=MatchPolicy(
                block_distance=number("BLOCK_DISTANCE"),
                review_distance=number("REVIEW_DISTANCE"),
                minimum_quality=number("MINIMUM_QUALITY"),
            ),
            alignment_policy=AlignmentPolicy.from_text(
                agree_distance=number("AGREE_DISTANCE"),
                block=text("BLOCK_OVERLAP"),
                review=text("REVIEW_OVERLAP"),
            ),
            removal_period=timedelta(hours=number("REMOVAL_HOURS")),
            deadline_policy=DeadlinePolicy(
                warn_before=timedelta(hours=number("WARNING_HOURS")),
                hide_before=timedelta(seconds=number("HIDE_LEAD_SECONDS")),
            ),
            appeal_window=timedelta(days=number("APPEAL_DAYS")),
            retention=RetentionPolicy(
                appeal_window=timedelta(days=number("APPEAL_DAYS")),
                rejected=timedelta(days=number("REJECTED_DAYS")),
                original=timedelta(days=number("QUARANTINE_DAYS")),
                locked=timedelta(days=number("LOCKED_DAYS")),
                case=timedelta(days=number("CASE_DAYS")),
            ),
            notice_link_lifetime=timedelta(days=number("NOTICE_LINK_DAYS")),
            legal_ground=text("LEGAL_GROUND"),
            strike_policy=StrikePolicy(
                warning_threshold=number("STRIKE_WARNING"),
                review_threshold=number("STRIKE_REVIEW"),
                window=timedelta(days=number("STRIKE_DAYS")),
                max_suspension=timedelta(days=number("SUSPENSION_DAYS")),
            ),
            second_opinion_percent=number("SECOND_OPINION_PERCENT"),
            claim_lease=timedelta(minutes=number("CLAIM_MINUTES")),
            ticket_lifetime=timedelta(seconds=number("TICKET_SECONDS")),
            reveal_lifetime=timedelta(seconds=number("REVEAL_SECONDS")),
            max_upload_bytes=number("MAX_UPLOAD_BYTES"),
            max_upload_pixels=number("MAX_UPLOAD_PIXELS"),
            max_frames=number("MAX_FRAMES"),
            scan_attempts=number("SCAN_ATTEMPTS"),
            compaction_threshold=number("FOLD_CHANGES"),
            max_segment_views=number("SEGMENT_VIEWS"),
            lookback_window=timedelta(days=number("LOOK_BACK_DAYS")),
        )
