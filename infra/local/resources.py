"""Create the template's resources in the emulator, each when it is first referenced."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.emulator import ACCOUNT, REGION
from infra.local.intrinsics import STACK_NAME

Clients = Callable[[str], Any]
Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CreatedResource:
    """A resource that exists."""

    ref: str
    """The value of `Ref`."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """The values of `GetAtt`, by name."""


class UnsupportedResourceType(LookupError):
    """The CloudFormation type is unknown. No resource is ignored silently."""


def resource_maker(kind: str) -> Maker | None:
    """Return the function that creates a resource of a CloudFormation type from its resolved properties.

    Return None for types that are not emulated (roles, policies, alarms, …).
    """
    if kind in _NOT_EMULATED:
        return None
    try:
        return _MAKERS[kind]
    except KeyError:
        raise UnsupportedResourceType(kind) from None


def split_words(logical_id: str) -> list[str]:
    """Split a logical id: `ScanDeadLetters` gives scan, dead, letters."""
    return [word.lower() for word in re.findall(r"[A-Z][a-z0-9]*|[A-Z]+(?![a-z])", logical_id)]


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


Maker = Callable[[Clients, str, Properties], CreatedResource]


def _resource_name(logical_id: str) -> str:
    return "-".join([STACK_NAME, *split_words(logical_id)])


def _bucket(clients: Clients, logical_id: str, properties: Properties) -> CreatedResource:
    s3, name = clients("s3"), properties.get("BucketName", _resource_name(logical_id))
    s3.create_bucket(Bucket=name)
    if "VersioningConfiguration" in properties:
        s3.put_bucket_versioning(
            Bucket=name, VersioningConfiguration=dict(properties["VersioningConfiguration"])
        )
    if rules := properties.get("CorsConfiguration", {}).get("CorsRules"):
        names = {"MaxAge": "MaxAgeSeconds", "Id": "ID", "ExposedHeaders": "ExposeHeaders"}
        s3.put_bucket_cors(
            Bucket=name,
            CORSConfiguration={
                "CORSRules": [{names.get(key, key): value for key, value in rule.items()} for rule in rules]
            },
        )
    if queues := properties.get("NotificationConfiguration", {}).get("QueueConfigurations"):
        s3.put_bucket_notification_configuration(
            Bucket=name,
            NotificationConfiguration={
                "QueueConfigurations": [{"QueueArn": q["Queue"], "Events": [q["Event"]]} for q in queues]
            },
        )
    hosts = {
        "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{REGION}.amazonaws.com",
    }
    return CreatedResource(name, {"Arn": f"arn:aws:s3:::{name}", **hosts})


def _queue(clients: Clients, logical_id: str, properties: Properties) -> CreatedResource:
    name = properties.get("QueueName", _resource_name(logical_id))
    attributes = {
        key: json.dumps(properties[key]) if key == "RedrivePolicy" else str(properties[key])
        for key in ("VisibilityTimeout", "MessageRetentionPeriod", "DelaySeconds", "RedrivePolicy")
        if key in properties
    }
    url = clients("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return CreatedResource(url, {"Arn": arn("sqs", name), "QueueName": name, "QueueUrl": url})


def _table(clients: Clients, logical_id: str, properties: Properties) -> CreatedResource:
    request = {
        key: properties[key]
        for key in ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        if key in properties
    }
    if "StreamSpecification" in properties:
        request["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    name = properties.get("TableName", _resource_name(logical_id))
    table = clients("dynamodb").create_table(TableName=name, **request)["TableDescription"]
    return CreatedResource(name, {"Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn", "")})


def _bus(clients: Clients, logical_id: str, properties: Properties) -> CreatedResource:
    bus = clients("events").create_event_bus(Name=properties["Name"])
    return CreatedResource(properties["Name"], {"Arn": bus["EventBusArn"], "Name": properties["Name"]})


def _rule(clients: Clients, logical_id: str, properties: Properties) -> CreatedResource:
    events, name = clients("events"), _resource_name(logical_id)
    if "ScheduleExpression" in properties:
        return CreatedResource(name, {"Arn": arn("events", f"rule/{name}")})  # The emulator has no schedules.
    bus = {"EventBusName": properties["EventBusName"]} if "EventBusName" in properties else {}
    rule = events.put_rule(Name=name, EventPattern=json.dumps(properties["EventPattern"]), **bus)
    if properties.get("State") == "DISABLED":  # The emulator ignores the state.
        return CreatedResource(name, {"Arn": rule["RuleArn"]})
    targets = [{"Id": target["Id"], "Arn": target["Arn"]} for target in properties["Targets"]]
    events.put_targets(Rule=name, Targets=targets, **bus)
    return CreatedResource(name, {"Arn": rule["RuleArn"]})


def _distribution(clients: Clients, logical_id: str, properties: Properties) -> CreatedResource:
    config = properties["DistributionConfig"]
    origins = [
        {"Id": o["Id"], "DomainName": o["DomainName"], "S3OriginConfig": {"OriginAccessIdentity": ""}}
        for o in config["Origins"]
    ]
    behaviour = config["DefaultCacheBehavior"]
    distribution = clients("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": logical_id,
            "Comment": config.get("Comment", ""),
            "Enabled": True,
            "Origins": {"Quantity": len(origins), "Items": origins},
            "DefaultCacheBehavior": {
                key: behaviour[key] for key in ("TargetOriginId", "ViewerProtocolPolicy", "CachePolicyId")
            },
        }
    )["Distribution"]
    return CreatedResource(
        distribution["Id"], {"Id": distribution["Id"], "DomainName": distribution["DomainName"]}
    )


def _user_pool(clients: Clients, logical_id: str, properties: Properties) -> CreatedResource:
    pool = clients("cognito-idp").create_user_pool(
        PoolName=properties.get("UserPoolName", _resource_name(logical_id)),
        Policies=properties.get("Policies", {}),
    )["UserPool"]
    issuer = f"cognito-idp.{REGION}.amazonaws.com/{pool['Id']}"
    return CreatedResource(pool["Id"], {"Arn": pool["Arn"], "UserPoolId": pool["Id"], "ProviderName": issuer})


def _user_pool_client(clients: Clients, logical_id: str, properties: Properties) -> CreatedResource:
    request = {"ClientName": logical_id, **properties}
    client = clients("cognito-idp").create_user_pool_client(**request)["UserPoolClient"]
    return CreatedResource(client["ClientId"], {"ClientId": client["ClientId"]})


def _group(clients: Clients, logical_id: str, properties: Properties) -> CreatedResource:
    clients("cognito-idp").create_group(**properties)
    return CreatedResource(properties["GroupName"])


def _resource_server(clients: Clients, logical_id: str, properties: Properties) -> CreatedResource:
    clients("cognito-idp").create_resource_server(**properties)
    return CreatedResource(properties["Identifier"])


_MAKERS: Mapping[str, Maker] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::SQS::Queue": _queue,
    "AWS::DynamoDB::Table": _table,
    "AWS::Events::EventBus": _bus,
    "AWS::Events::Rule": _rule,
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::Cognito::UserPool": _user_pool,
    "AWS::Cognito::UserPoolClient": _user_pool_client,
    "AWS::Cognito::UserPoolGroup": _group,
    "AWS::Cognito::UserPoolResourceServer": _resource_server,
}
# The emulator enforces no policies, encrypts nothing and evaluates no alarms. Other modules run the functions
# and the API.
_NOT_EMULATED = frozenset(
    {
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Stage",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudFront::ResponseHeadersPolicy",
        "AWS::CloudWatch::Alarm",
        "AWS::Cognito::UserPoolDomain",
        "AWS::IAM::Role",
        "AWS::KMS::Key",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion",
        "AWS::SES::ConfigurationSet",
        "AWS::SES::ConfigurationSetEventDestination",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SQS::QueuePolicy",
    }
)
