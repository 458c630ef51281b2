"""The template's tables, buckets and event bus without HTTP: on moto, or in memory.

Service tests run on moto. Tests with thousands of runs (faults, interleavings, random stories) run in memory.
The stores' contract tests check that the in-memory cloud answers as moto does.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from staydown.aws.settings import Settings

from infra.local.deployment import Deployment
from infra.local.emulator import REGION
from infra.local.intrinsics import IntrinsicsResolver
from infra.local.moto_patches import patch_moto
from infra.local.template import Template, load_template
from tests.support.botocore_hooks import Answer, Call, CallHooks, Watcher
from tests.support.dynamodb_rules import DynamoDbRules
from tests.support.light_client import LightClient
from tests.support.memory_dynamodb import MemoryDynamoDb, Table, Tables
from tests.support.memory_s3 import Buckets, MemoryS3

_SERVICES = ("dynamodb", "s3", "events", "cloudfront", "sqs", "ssm")


@functools.cache
def template() -> Template:
    """Return template.yaml without streams and notifications, which a World delivers itself."""
    found = load_template(Path(__file__).parents[2] / "template.yaml")
    for resource in found.resources.values():
        for name in ("StreamSpecification", "NotificationConfiguration"):
            resource.get("Properties", {}).pop(name, None)
    return found


@functools.cache
def queues_by_event() -> Mapping[str, frozenset[str]]:
    """Return the queues of each event type, from the rules in the template."""
    found: dict[str, frozenset[str]] = {}
    for rule in template().resources.values():
        if rule["Type"] == "AWS::Events::Rule":
            queues = {target["Arn"]["Fn::GetAtt"][0] for target in rule["Properties"]["Targets"]}
            for detail_type in rule["Properties"].get("EventPattern", {}).get("detail-type", []):
                found[detail_type] = found.get(detail_type, frozenset()) | queues
    return found


class ClientCache:
    """One client for each service, shared by all stacks. `wire` observes all calls.

    light: use clients that only the watchers answer. dynamodb: endpoint of DynamoDB, if not boto3's default.
    """

    def __init__(self, *, light: bool, dynamodb: str | None = None) -> None:
        self.wire = CallHooks()
        session = boto3.session.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION
        )
        config = Config(
            retries={"total_max_attempts": 1}, account_id_endpoint_mode="disabled", signature_version="s3v4"
        )
        self._clients: dict[str, Any] = {}
        for name in _SERVICES:
            endpoint = dynamodb if name == "dynamodb" else None
            client = session.client(name, config=config, endpoint_url=endpoint)
            self._clients[name] = LightClient(self.wire, name, client) if light else client
            if not light:
                self.wire.attach(client, name)

    def client(self, name: str, config: object = None) -> Any:
        return self._clients[name]


@functools.cache
def _clients(*, light: bool) -> ClientCache:
    return ClientCache(light=light)


@dataclass(frozen=True)
class Snapshot:
    """The contents of a MemoryCloud at one moment."""

    tables: Tables
    buckets: Buckets
    invalidated_paths: tuple[tuple[str, str], ...]


class Cloud:
    """The AWS side of a Stack. limits: rejects the calls that DynamoDB would reject."""

    def __init__(self, settings: Settings, session: ClientCache) -> None:
        self.settings = settings
        self.session = session
        self.wire = session.wire
        self.limits = DynamoDbRules()

    @property
    def table_names(self) -> list[str]:
        return [getattr(self.settings, name) for name in TABLES]

    @property
    def bucket_names(self) -> list[str]:
        return [getattr(self.settings, name) for name in BUCKETS]

    def table(self, name: str) -> Table:
        """Return every item in DynamoDB's notation, by pk and sk."""
        raise NotImplementedError

    def tables(self) -> Tables:
        return {name: self.table(name) for name in self.table_names}

    def objects(self) -> dict[str, dict[str, bytes]]:
        """Return the latest version of each object that is not deleted, by bucket and key."""
        raise NotImplementedError

    def invalidated_paths(self) -> list[str]:
        """Return the paths invalidated in CloudFront, in order."""
        raise NotImplementedError


TABLES = (
    "cases_table",
    "accounts_table",
    "hash_bank_table",
    "uploads_table",
    "audit_table",
    "reporters_table",
    "notices_table",
    "outbox_table",
    "metrics_table",
)
BUCKETS = ("uploads_bucket", "published_bucket", "quarantine_bucket", "bank_bucket", "anchors_bucket")


class MotoCloud(Cloud):
    def table(self, name: str) -> Table:
        pages = self.session.client("dynamodb").get_paginator("scan").paginate(TableName=name)
        return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}

    def objects(self) -> dict[str, dict[str, bytes]]:
        s3 = self.session.client("s3")
        return {
            name: {
                one["Key"]: s3.get_object(Bucket=name, Key=one["Key"])["Body"].read()
                for one in s3.list_objects_v2(Bucket=name).get("Contents", [])
            }
            for name in self.bucket_names
        }

    def invalidated_paths(self) -> list[str]:
        cloudfront = self.session.client("cloudfront")
        listed = cloudfront.list_invalidations(DistributionId=self.settings.distribution_id)
        found = [
            cloudfront.get_invalidation(DistributionId=self.settings.distribution_id, Id=one["Id"])
            for one in listed["InvalidationList"].get("Items", [])
        ]
        return [path for one in found for path in one["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]]


class MemoryCloud(Cloud, Watcher):
    def __init__(self, settings: Settings, session: ClientCache) -> None:
        super().__init__(settings, session)
        self._dynamodb = MemoryDynamoDb(self.table_names)
        versioned = [
            settings.uploads_bucket,
            settings.published_bucket,
            settings.bank_bucket,
            settings.anchors_bucket,
        ]
        self._s3 = MemoryS3(self.bucket_names, versioned)
        self._invalidated: dict[str, str] = {}
        self.parameters: dict[str, str] = {}
        """The parameters of Systems Manager, by name."""

    def before(self, call: Call) -> Answer | None:
        if call.service == "dynamodb":
            return self._dynamodb.answer(call)
        if call.service == "s3":
            return self._s3.answer(call)
        if call.operation == "PutEvents":
            return Answer(
                {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in call.params["Entries"]]}
            )
        if call.operation == "SendMessageBatch":
            return Answer({"Successful": [{"Id": entry["Id"]} for entry in call.params["Entries"]]})
        if call.operation == "CreateInvalidation":
            batch = call.params["InvalidationBatch"]
            (path,) = batch["Paths"]["Items"]
            if self._invalidated.setdefault(batch["CallerReference"], path) != path:
                return Answer({"Error": {"Code": "InvalidationBatchAlreadyExists", "Message": ""}}, 400)
            return Answer({"Invalidation": {"Id": batch["CallerReference"]}}, 201)
        if call.operation == "GetParameter":
            value = self.parameters.get(call.params["Name"])
            if value is None:
                return Answer({"Error": {"Code": "ParameterNotFound", "Message": ""}}, 400)
            return Answer({"Parameter": {"Value": value}})
        raise NotImplementedError(str(call))

    def table(self, name: str) -> Table:
        return dict(self._dynamodb.tables[name])

    def objects(self) -> dict[str, dict[str, bytes]]:
        return {
            name: {
                key: versions[-1].data
                for key, versions in keys.items()
                if versions and versions[-1].data is not None
            }
            for name, keys in self._s3.buckets.items()
        }

    def invalidated_paths(self) -> list[str]:
        return list(self._invalidated.values())

    def digest(self) -> int:
        """Return a digest of the contents: equal for equal contents."""
        items = ((name, *place) for name, place in self._dynamodb.digests())
        objects = (
            (bucket, key, versions)
            for bucket, keys in self._s3.buckets.items()
            for key, versions in keys.items()
        )
        return hash((frozenset(items), frozenset(objects)))

    def snapshot(self) -> Snapshot:
        buckets = {name: dict(keys) for name, keys in self._s3.buckets.items()}
        return Snapshot(self.tables(), buckets, tuple(self._invalidated.items()))

    def restore(self, snapshot: Snapshot) -> None:
        self._dynamodb.tables = {name: dict(items) for name, items in snapshot.tables.items()}
        self._s3.buckets = {name: dict(keys) for name, keys in snapshot.buckets.items()}
        self._invalidated = dict(snapshot.invalidated_paths)


@contextmanager
def moto_cloud(dynamodb: str | None = None) -> Iterator[MotoCloud]:
    """Create fresh resources from the template. Only one at a time: moto's state is global.

    dynamodb: endpoint of a DynamoDB to use instead of moto's, for example DynamoDB Local. Deletes its tables.
    """
    patch_moto()
    with mock_aws():
        BackendDict.reset()
        reset_model_data()
        session = _clients(light=False) if dynamodb is None else ClientCache(light=False, dynamodb=dynamodb)
        if dynamodb is not None:
            client = session.client("dynamodb")
            for name in client.list_tables()["TableNames"]:
                client.delete_table(TableName=name)
        deployment = Deployment(template(), session, lambda line: None)  # type: ignore[arg-type]
        cloud = MotoCloud(Settings.from_environment(_environment(deployment.resolver)), session)
        session.wire.watchers[:] = [cloud.limits]
        try:
            yield cloud
        finally:
            session.wire.watchers.clear()


@contextmanager
def memory_cloud(*, light: bool = True) -> Iterator[MemoryCloud]:
    """Create an empty in-memory cloud with the names from the template. Clouds may be nested."""
    session = _clients(light=light)
    resolver = IntrinsicsResolver(
        template().parameters, template().conditions, lambda logical_id, _: logical_id.lower()
    )
    cloud = MemoryCloud(Settings.from_environment(_environment(resolver)), session)
    before = list(session.wire.watchers)
    session.wire.watchers[:] = [cloud.limits, cloud]
    try:
        yield cloud
    finally:
        session.wire.watchers[:] = before


def _environment(resolver: IntrinsicsResolver) -> dict[str, str]:
    """Return the environment variables of all functions together."""
    variables: dict[str, Any] = {}
    for resource in template().resources.values():
        if resource["Type"] == "AWS::Lambda::Function":
            variables |= resource["Properties"]["Environment"]["Variables"]
    return {name: str(value) for name, value in resolver.resolve(variables).items()}
