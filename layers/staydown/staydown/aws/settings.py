"""The settings of a function, read from the environment variables that template.yaml gives it.

A setting is read at its first use. Each function has only the variables that it reads: Lambda limits them to
4 KB in all. `tests/infrastructure/test_environment.py` compares the variables with the code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Generic, Self, TypeVar, overload

from staydown.config.report_form import parse_help_lines, parse_questions
from staydown.domain.accounts.strikes import StrikePolicy
from staydown.domain.bank.alignment import AlignmentPolicy
from staydown.domain.bank.verdicts import MatchPolicy
from staydown.domain.cases.deadlines import DeadlinePolicy
from staydown.domain.cases.retention import RetentionPolicy

V = TypeVar("V")


class MissingSetting(Exception):
    """A function reads a setting whose variable the template does not give it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the environment variable {name} is not set; template.yaml sets it where it is read"
        )


class Setting(Generic[V]):
    """A setting of `Settings`, computed from one or more variables at its first use."""

    def __init__(self, read: Callable[[Mapping[str, str]], V], *variables: str) -> None:
        self._read = read
        self.variables = variables
        self._name = ""

    def __set_name__(self, owner: type[Settings], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type[Settings]) -> Self: ...
    @overload
    def __get__(self, instance: Settings, owner: type[Settings]) -> V: ...

    def __get__(self, instance: Settings | None, owner: type[Settings]) -> Self | V:
        """Raise MissingSetting for an absent variable, ValueError (InvalidSetting) for an invalid one."""
        if instance is None:
            return self
        value = self._read(instance.environment)
        vars(instance)[self._name] = value  # found before this descriptor from now on
        return value


def _parsed(variable: str, parse: Callable[[str], V]) -> Setting[V]:
    def read(environment: Mapping[str, str]) -> V:
        if variable not in environment:
            raise MissingSetting(variable)
        return parse(environment[variable])

    return Setting(read, variable)


def _text(variable: str) -> Setting[str]:
    return _parsed(variable, str)


def _number(variable: str) -> Setting[int]:
    return _parsed(variable, int)


def _duration(variable: str, unit: str) -> Setting[timedelta]:
    return _parsed(variable, lambda text: timedelta(**{unit: int(text)}))


def _group(make: Callable[..., V], **members: Setting[Any]) -> Setting[V]:
    """Return a setting that consists of others: `make` gets their values by name."""

    def read(environment: Mapping[str, str]) -> V:
        return make(**{name: member._read(environment) for name, member in members.items()})

    return Setting(read, *(variable for member in members.values() for variable in member.variables))


class Settings:
    """The settings of one function, immutable."""

    # Storage
    uploads_bucket = _text("UPLOADS_BUCKET")
    published_bucket = _text("PUBLISHED_BUCKET")
    quarantine_bucket = _text("QUARANTINE_BUCKET")
    bank_bucket = _text("BANK_BUCKET")
    anchors_bucket = _text("ANCHORS_BUCKET")
    cases_table = _text("CASES_TABLE")
    accounts_table = _text("ACCOUNTS_TABLE")
    hash_bank_table = _text("HASH_BANK_TABLE")
    uploads_table = _text("UPLOADS_TABLE")
    audit_table = _text("AUDIT_TABLE")
    reporters_table = _text("REPORTERS_TABLE")
    notices_table = _text("NOTICES_TABLE")
    outbox_table = _text("OUTBOX_TABLE")
    idempotency_table = _text("IDEMPOTENCY_TABLE")
    metrics_table = _text("FIGURES_TABLE")

    # Events and deliveries
    event_bus = _text("EVENT_BUS")
    sweep_parts_queue = _text("SWEEP_PARTS_QUEUE")
    webhooks_queue = _text("WEBHOOKS_QUEUE")
    webhook_endpoints_path = _text("WEBHOOKS_PATH")
    mail_from_address = _text("SENDER_ADDRESS")
    mail_configuration_set = _text("MAIL_CONFIGURATION")

    # Publication
    distribution_id = _text("DISTRIBUTION_ID")
    published_base_url = _parsed("PUBLISHED_BASE_URL", lambda url: url.rstrip("/"))
    pages_url = _text("PAGES_URL")

    # Uploads
    ticket_lifetime = _duration("TICKET_SECONDS", "seconds")
    max_upload_bytes = _number("MAX_UPLOAD_BYTES")
    max_upload_pixels = _number("MAX_UPLOAD_PIXELS")
    max_frames = _number("MAX_FRAMES")
    scan_attempts = _number("SCAN_ATTEMPTS")

    # Matching
    match_policy = _group(
        MatchPolicy,
        block_distance=_number("BLOCK_DISTANCE"),
        review_distance=_number("REVIEW_DISTANCE"),
        minimum_quality=_number("MINIMUM_QUALITY"),
    )
    alignment_policy = _group(
        AlignmentPolicy.from_text,
        agree_distance=_number("AGREE_DISTANCE"),
        block=_text("BLOCK_OVERLAP"),
        review=_text("REVIEW_OVERLAP"),
    )
    compaction_threshold = _number("FOLD_CHANGES")
    max_segment_views = _number("SEGMENT_VIEWS")
    lookback_window = _duration("LOOK_BACK_DAYS", "days")

    # Reports
    help_lines = _parsed("HELP_LINES", parse_help_lines)
    report_questions = _parsed("REPORT_QUESTIONS", parse_questions)
    removal_period = _duration("REMOVAL_HOURS", "hours")
    deadline_policy = _group(
        DeadlinePolicy,
        warn_before=_duration("WARNING_HOURS", "hours"),
        hide_before=_duration("HIDE_LEAD_SECONDS", "seconds"),
    )

    # Review
    claim_lease = _duration("CLAIM_MINUTES", "minutes")
    reveal_lifetime = _duration("REVEAL_SECONDS", "seconds")
    second_opinion_percent = _number("SECOND_OPINION_PERCENT")
    strike_policy = _group(
        StrikePolicy,
        warning_threshold=_number("STRIKE_WARNING"),
        review_threshold=_number("STRIKE_REVIEW"),
        window=_duration("STRIKE_DAYS", "days"),
        max_suspension=_duration("SUSPENSION_DAYS", "days"),
    )

    # Notices and appeals
    legal_ground = _text("LEGAL_GROUND")
    notice_link_lifetime = _duration("NOTICE_LINK_DAYS", "days")
    appeal_window = _duration("APPEAL_DAYS", "days")

    # Retention
    retention = _group(
        RetentionPolicy,
        appeal_window=_duration("APPEAL_DAYS", "days"),
        rejected=_duration("REJECTED_DAYS", "days"),
        original=_duration("QUARANTINE_DAYS", "days"),
        locked=_duration("LOCKED_DAYS", "days"),
        case=_duration("CASE_DAYS", "days"),
    )

    environment: Mapping[str, str]
    """The variables of the function that are settings."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        known = {variable for name in self.names() for variable in self.variables(name)}
        vars(self)["environment"] = {name: environment[name] for name in known & set(environment)}

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings of this process. Later changes of its environment have no effect."""
        return cls(environ)

    @classmethod
    def names(cls) -> set[str]:
        """Return the names of all settings."""
        return {name for name, value in vars(cls).items() if isinstance(value, Setting)}

    @classmethod
    def variables(cls, name: str) -> tuple[str, ...]:
        """Return the environment variables that a setting is computed from."""
        setting: Setting[Any] = vars(cls)[name]
        return setting.variables

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"settings do not change: {name}")
