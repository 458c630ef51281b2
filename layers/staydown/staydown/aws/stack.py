"""The composition root: the settings and the adapters of one function. (Not a CloudFormation stack.)"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from staydown.aws.accounts_store import AccountsStore
from staydown.aws.anchors_store import AnchorsStore
from staydown.aws.arrays_store import ArraysStore
from staydown.aws.audit_store import AuditStore
from staydown.aws.bank_store import BankStore
from staydown.aws.cases_store import CasesStore
from staydown.aws.content_log import ContentLog
from staydown.aws.event_bus import EventBus
from staydown.aws.features_store import FeaturesStore
from staydown.aws.images import Images
from staydown.aws.mailer import Mailer
from staydown.aws.metrics_store import MetricsStore
from staydown.aws.misuse_store import MisuseStore
from staydown.aws.notices_store import NoticesStore
from staydown.aws.outbound_http import OutboundHttpClient
from staydown.aws.outbox import Outbox
from staydown.aws.reporters_store import ReportersStore
from staydown.aws.settings import Settings
from staydown.aws.sqs_queue import SqsQueue
from staydown.aws.sweeps_store import SweepsStore
from staydown.aws.transaction import Transaction
from staydown.aws.uploads_store import UploadsStore
from staydown.aws.verified_reporters_store import VerifiedReportersStore
from staydown.aws.webhook_endpoints import WebhookEndpoints

_CLIENT_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=2,
    read_timeout=10,
    signature_version="s3v4",
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Stack:
    """The settings, clock and adapters that services use. Each adapter is created at its first use.

    now: the clock, in UTC.
    """

    def __init__(self, settings: Settings, session: Any, now: Callable[[], datetime] = _utc_now) -> None:
        self.settings = settings
        self.now = now
        self._session = session
        self._clients: dict[str, Any] = {}
        self._creation_lock = threading.Lock()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Raise SettingMissing if a required environment variable is missing."""
        return cls(Settings.from_environment(environ), boto3.session.Session())

    def transaction(self) -> Transaction:
        return Transaction(self.dynamodb)

    def client(self, service: str) -> Any:
        """Return the client of an AWS service.

        Threads share clients, but a boto3 session is not thread-safe: a lock guards their creation.
        """
        with self._creation_lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(service, config=_CLIENT_CONFIG)
            return self._clients[service]

    @property
    def dynamodb(self) -> Any:
        return self.client("dynamodb")

    @property
    def s3(self) -> Any:
        return self.client("s3")

    @cached_property
    def uploads(self) -> UploadsStore:
        return UploadsStore(self.dynamodb, self.settings.uploads_table)

    @cached_property
    def content_log(self) -> ContentLog:
        return ContentLog(self.dynamodb, self.settings.uploads_table)

    @cached_property
    def sweeps(self) -> SweepsStore:
        return SweepsStore(self.dynamodb, self.settings.uploads_table)

    @cached_property
    def sweep_parts_queue(self) -> SqsQueue:
        return SqsQueue(self.client("sqs"), self.settings.sweep_parts_queue)

    @cached_property
    def bank(self) -> BankStore:
        return BankStore(self.dynamodb, self.settings.hash_bank_table)

    @cached_property
    def bank_snapshots(self) -> ArraysStore:
        return ArraysStore(self.s3, self.settings.bank_bucket, "snapshots")

    @cached_property
    def content_segments(self) -> ArraysStore:
        """The segments of the content log."""
        return ArraysStore(self.s3, self.settings.bank_bucket, "content")

    @cached_property
    def features(self) -> FeaturesStore:
        return FeaturesStore(self.s3, self.settings.bank_bucket)

    @cached_property
    def cases(self) -> CasesStore:
        return CasesStore(self.dynamodb, self.settings.cases_table)

    @cached_property
    def misuse_reviews(self) -> MisuseStore:
        return MisuseStore(self.dynamodb, self.settings.cases_table, self.settings.retention.case)

    @cached_property
    def verified_reporters(self) -> VerifiedReportersStore:
        return VerifiedReportersStore(self.dynamodb, self.settings.cases_table)

    @cached_property
    def accounts(self) -> AccountsStore:
        return AccountsStore(self.dynamodb, self.settings.accounts_table)

    @cached_property
    def audit(self) -> AuditStore:
        return AuditStore(self.dynamodb, self.settings.audit_table)

    @cached_property
    def anchors(self) -> AnchorsStore:
        settings = self.settings
        return AnchorsStore(self.dynamodb, settings.metrics_table, self.s3, settings.anchors_bucket)

    @cached_property
    def metrics(self) -> MetricsStore:
        return MetricsStore(self.dynamodb, self.settings.metrics_table)

    @cached_property
    def reporters(self) -> ReportersStore:
        return ReportersStore(self.dynamodb, self.settings.reporters_table)

    @cached_property
    def notices(self) -> NoticesStore:
        return NoticesStore(self.dynamodb, self.settings.notices_table)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.dynamodb, self.settings.outbox_table)

    @cached_property
    def event_bus(self) -> EventBus:
        return EventBus(self.client("events"), self.settings.event_bus)

    @cached_property
    def webhook_endpoints(self) -> WebhookEndpoints:
        return WebhookEndpoints(self.client("ssm"), self.settings.webhook_endpoints_path, self.now)

    @cached_property
    def webhooks_queue(self) -> SqsQueue:
        return SqsQueue(self.client("sqs"), self.settings.webhooks_queue)

    @cached_property
    def mailer(self) -> Mailer:
        client = self.client("sesv2")
        return Mailer(client, self.settings.mail_from_address, self.settings.mail_configuration_set)

    @cached_property
    def outbound_http(self) -> OutboundHttpClient:
        """Local addresses are allowed only if the AWS endpoint is local, which it never is when deployed."""
        aws = urlsplit(self.client("ssm").meta.endpoint_url).hostname
        return OutboundHttpClient(allow_local=aws in {"127.0.0.1", "localhost"})

    @cached_property
    def images(self) -> Images:
        return Images(self.s3, lambda: self.client("cloudfront"), self.settings)
