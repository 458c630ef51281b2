"""Rules for all resources of `template.yaml`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cfnlint import lint_file
from samtranslator.yaml_helper import yaml_parse
from staydown.domain.bank.alignment import AlignmentPolicy
from staydown.domain.bank.verdicts import MatchPolicy
from staydown.domain.events import EventType
from staydown.exchange.webhooks import MAX_ATTEMPTS, RETRY_DELAYS
from staydown.services.notices.write_notices import NOTICE_BUILDERS

from infra.local.schedule_poller import parse_rate
from infra.local.stack import ROOT
from infra.local.template import Template, load_template
from infra.openapi import DOCUMENT, UNDOCUMENTED

TEMPLATE = ROOT / "template.yaml"
FUNCTION_PROPERTIES = [
    "Description",
    "CodeUri",
    "Handler",
    "Timeout",
    "MemorySize",
    "Layers",
    "Role",
    "LoggingConfig",
    "Environment",
    "Events",
]
"""The order of a function's properties in the template."""


@cache
def template() -> Template:
    return load_template(TEMPLATE)


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: dict(resource.get("Properties", {}))
        for name, resource in template().resources.items()
        if resource["Type"] == kind
    }


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role.get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def functions() -> dict[str, dict[str, Any]]:
    return of_type("AWS::Lambda::Function")


def mappings() -> dict[str, dict[str, Any]]:
    return of_type("AWS::Lambda::EventSourceMapping")


def dead_letter_queues() -> set[str]:
    redrives = [q["RedrivePolicy"] for q in of_type("AWS::SQS::Queue").values() if "RedrivePolicy" in q]
    targets = [redrive["deadLetterTargetArn"] for redrive in redrives]
    targets += [
        m["DestinationConfig"]["OnFailure"]["Destination"]
        for m in mappings().values()
        if "DestinationConfig" in m
    ]
    return {target["Fn::GetAtt"][0] for target in targets}


def test_cfn_lint_reports_nothing() -> None:
    assert [str(match) for match in lint_file(TEMPLATE)] == []


def test_queues_have_dead_letter_queues_and_those_have_alarms() -> None:
    dead = dead_letter_queues()
    for name, queue in of_type("AWS::SQS::Queue").items():
        assert ("RedrivePolicy" in queue) != (name in dead), name
        assert "KmsMasterKeyId" in queue, name
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible" and alarm["AlarmActions"]
        for dimension in alarm["Dimensions"]
    }
    assert dead <= watched


def test_missed_or_unwatched_deadline_raises_an_alarm() -> None:
    alarms = {
        (alarm["Namespace"], alarm["MetricName"]): alarm
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        if alarm["AlarmActions"] and "SQS" not in alarm["Namespace"]
    }
    assert {("Staydown", "CasesNearDeadline"), ("Staydown", "CasesOverdue")} <= set(alarms)
    unwatched = alarms["AWS/Lambda", "Invocations"]
    assert unwatched["TreatMissingData"] == "breaching"
    assert unwatched["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "WatchDeadlinesFunction"}}]
    (rule,) = (
        rule
        for rule in of_type("AWS::Events::Rule").values()
        if "WatchDeadlinesFunction" in str(rule["Targets"])
    )
    lead = timedelta(seconds=int(template().parameters["HideLeadSeconds"]))
    assert parse_rate(rule["ScheduleExpression"]) < lead


def test_failing_scheduled_function_raises_an_alarm() -> None:
    """A failure of such a function returns to no caller and leaves no message."""
    scheduled = {
        target["Arn"]["Fn::GetAtt"][0]
        for rule in of_type("AWS::Events::Rule").values()
        if "ScheduleExpression" in rule
        for target in rule["Targets"]
    }
    watched = {
        dimension["Value"]["Ref"]
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        if (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors") and alarm["AlarmActions"]
        for dimension in alarm["Dimensions"]
    }
    assert scheduled
    assert scheduled <= watched


def test_delayed_takedown_raises_an_alarm() -> None:
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "ApproximateAgeOfOldestMessage" and alarm["AlarmActions"]
        for dimension in alarm["Dimensions"]
    }
    assert {"ScanQueue", "SettleQueue", "SweepQueue", "SweepPartsQueue"} <= watched


def test_failing_api_raises_an_alarm() -> None:
    (alarm,) = (a for a in of_type("AWS::CloudWatch::Alarm").values() if a["MetricName"] == "5xx")
    assert alarm["AlarmActions"]
    assert alarm["Dimensions"] == [{"Name": "ApiId", "Value": {"Ref": "Api"}}]


def test_visibility_timeout_is_six_times_the_function_timeout() -> None:
    queues = of_type("AWS::SQS::Queue")
    for name, mapping in mappings().items():
        source, attribute = mapping["EventSourceArn"]["Fn::GetAtt"]
        if attribute == "Arn":
            timeout = functions()[mapping["FunctionName"]["Ref"]]["Timeout"]
            assert queues[source]["VisibilityTimeout"] >= 6 * timeout, name


def test_event_sources_report_batch_item_failures() -> None:
    for name, mapping in mappings().items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_streams_have_bounded_retries_and_a_failure_destination() -> None:
    for name, mapping in mappings().items():
        if mapping["EventSourceArn"]["Fn::GetAtt"][1] == "StreamArn":
            assert mapping["BisectBatchOnFunctionError"] is True, name
            assert mapping["MaximumRetryAttempts"] == {"Ref": "DeliveryAttempts"}, name
            assert mapping["DestinationConfig"]["OnFailure"]["Destination"], name


def test_no_role_has_a_wildcard_action_or_resource() -> None:
    roles = of_type("AWS::IAM::Role")
    assert set(roles) == {f"{name.removesuffix('Function')}Role" for name in functions()}
    for name, role in roles.items():
        assert "ManagedPolicyArns" not in role, name
        for statement in statements(role):
            assert statement["Effect"] == "Allow", name
            assert not any("*" in action for action in as_list(statement["Action"])), name
            assert "*" not in as_list(statement["Resource"]), name


def test_each_function_has_its_own_role() -> None:
    roles = [function["Role"]["Fn::GetAtt"][0] for function in functions().values()]
    assert len(set(roles)) == len(roles)


def _may(function: str, action: str, resource: str) -> bool:
    role = of_type("AWS::IAM::Role")[function.removesuffix("Function") + "Role"]
    return any(
        action in as_list(statement["Action"])
        and f"'{resource}'" in str(statement["Resource"]).replace("${", "'").replace(".Arn", "'")
        for statement in statements(role)
    )


@pytest.mark.parametrize(
    "function",
    [
        "ScanUploadFunction",
        "ReviewFunction",
        "ChecksFunction",
        "SweepFunction",
        "UploadsFunction",
        "AccountsFunction",
        "PublishEventsFunction",
        "NoticesFunction",
        "WriteNoticesFunction",
        "DeliverWebhooksFunction",
        "ApiDocumentFunction",
        "CountFiguresFunction",
        "StatsFunction",
        "BankEntriesFunction",
        "AnchorAuditFunction",
    ],
)
@pytest.mark.law("GD4")
def test_review_and_scan_cannot_read_reporter_identities(function: str) -> None:
    role = of_type("AWS::IAM::Role")[function.removesuffix("Function") + "Role"]
    assert "Reporters" not in str(list(statements(role)))


def test_only_reports_and_mail_read_reporter_identities() -> None:
    readers = {name for name in functions() if _may(name, "dynamodb:GetItem", "ReportersTable")}
    assert readers == {"ReportsFunction", "SendMailFunction"}


def test_bounce_events_carry_no_address() -> None:
    rules = of_type("AWS::Events::Rule").values()
    from_ses = [rule for rule in rules if rule.get("EventPattern", {}).get("source") == ["aws.ses"]]
    assert len(from_ses) == 2
    for rule in from_ses:
        (target,) = rule["Targets"]
        paths = set(target["InputTransformer"]["InputPathsMap"].values())
        assert paths == {"$.detail-type", "$.detail.mail.tags.report[0]"}
        assert "DeadLetterConfig" not in target  # it would store the whole event


def test_no_role_may_change_or_delete_an_audit_record() -> None:
    """Only the retention function deletes records. No function changes them."""
    deleting = {name for name in functions() if _may(name, "dynamodb:DeleteItem", "AuditTable")}
    assert deleting == {"ApplyRetentionFunction"}
    for name in functions():
        for action in ("UpdateItem", "BatchWriteItem"):
            assert not _may(name, f"dynamodb:{action}", "AuditTable"), name
    audit = of_type("AWS::DynamoDB::Table")["AuditTable"]
    changes, deletes = audit["ResourcePolicy"]["PolicyDocument"]["Statement"]
    assert (changes["Effect"], changes["Principal"], "Condition" in changes) == ("Deny", "*", False)
    assert {"dynamodb:UpdateItem", "dynamodb:BatchWriteItem", "dynamodb:PartiQLDelete"} <= set(
        changes["Action"]
    )
    assert (deletes["Effect"], deletes["Action"]) == ("Deny", "dynamodb:DeleteItem")
    (excepted,) = deletes["Condition"]["ArnNotLike"].values()
    assert excepted["Fn::Sub"].endswith(":role/${AWS::StackName}-ApplyRetentionRole-*")
    assert "TimeToLiveSpecification" not in audit


def test_only_retention_erases_images_and_identities() -> None:
    """A lifecycle rule would ignore appeals and holds. Retention deletes identities without reading them."""
    rules = of_type("AWS::S3::Bucket")["QuarantineBucket"]["LifecycleConfiguration"]["Rules"]
    assert [set(rule) - {"Id", "Status"} for rule in rules] == [{"AbortIncompleteMultipartUpload"}]
    for action in ("GetItem", "BatchGetItem", "Query", "Scan", "PutItem"):
        assert not _may("ApplyRetentionFunction", f"dynamodb:{action}", "ReportersTable")
    declared = template().parameters
    assert int(declared["QuarantineDays"]) > int(declared["AppealDays"])
    assert int(declared["LockedDays"]) >= 365
    assert int(declared["AnchorDays"]) >= int(declared["CaseDays"])


def test_only_functions_that_check_the_bank_publish_images() -> None:
    publishers = [name for name in functions() if _may(name, "s3:PutObject", "PublishedBucket")]
    assert publishers == ["ScanUploadFunction", "SweepFunction"]
    assert all(_may(name, "dynamodb:Query", "HashBankTable") for name in publishers)


@pytest.mark.law("GD4")
def test_tables_are_retained_recoverable_and_encrypted() -> None:
    for name, table in of_type("AWS::DynamoDB::Table").items():
        resource = template().resources[name]
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain", name
        recoverable = table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert recoverable is (name != "IdempotencyTable"), (
            name
        )  # a backup would outlive its answers by 34 days
        assert table["BillingMode"] == "PAY_PER_REQUEST", name
        encryption = table["SSESpecification"]
        assert encryption["SSEType"] == "KMS", name
        assert encryption["KMSMasterKeyId"]["Fn::GetAtt"][0] in of_type("AWS::KMS::Key"), name
    own_key = of_type("AWS::DynamoDB::Table")["ReportersTable"]["SSESpecification"]["KMSMasterKeyId"]
    assert own_key == {"Fn::GetAtt": ["ReportersKey", "Arn"]}


def test_buckets_are_retained_private_encrypted_and_tls_only() -> None:
    policies = {
        policy["Bucket"]["Ref"]: policy["PolicyDocument"]["Statement"]
        for policy in of_type("AWS::S3::BucketPolicy").values()
    }
    for name, bucket in of_type("AWS::S3::Bucket").items():
        resource = template().resources[name]
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain", name
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        # The pages are public, and needed before sign-in.
        own_key = "AES256" if name == "ConsoleBucket" else "aws:kms"
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == own_key, name
        assert any(s["Effect"] == "Deny" and "aws:SecureTransport" in str(s) for s in policies[name]), name
        allowed = [s["Principal"] for s in policies[name] if s["Effect"] == "Allow"]
        served = name in {"PublishedBucket", "ConsoleBucket"}
        expected = [{"Service": "cloudfront.amazonaws.com"}] if served else []
        assert allowed == expected, name


def test_keys_are_retained_and_rotated() -> None:
    for name, key in of_type("AWS::KMS::Key").items():
        assert template().resources[name]["DeletionPolicy"] == "Retain", name
        assert key["EnableKeyRotation"] is True, name


@pytest.mark.law("GD5")
def test_each_function_has_a_log_group_with_a_retention() -> None:
    groups = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions().values()]
    assert len(set(groups)) == len(groups)
    for name, group in of_type("AWS::Logs::LogGroup").items():
        assert group["RetentionInDays"] == {"Ref": "LogDays"}, name


def test_functions_share_a_runtime_and_have_their_own_folder() -> None:
    for name, function in functions().items():
        assert function["Runtime"] == "python3.13", name
        assert function["Architectures"] == ["arm64"], name
        folder = function["Handler"].split(".")[1]
        assert function["Handler"] == f"functions.{folder}.app.lambda_handler", name
        built = template().resources[name]["Metadata"]["BuildProperties"]
        assert built == {"ParentPackageMode": "explicit", "ParentPackages": f"functions.{folder}"}, name
        assert (ROOT / "functions" / folder / "app.py").is_file(), name


def _functions_with(layer: str) -> set[str]:
    # SAM adds a digest to the logical id of a layer.
    return {
        name
        for name, function in functions().items()
        if any(attached["Ref"].startswith(layer) for attached in function["Layers"])
    }


def test_functions_that_store_answers_carry_the_crypto_layer() -> None:
    assert _functions_with("CryptoLayer") == {
        name for name in functions() if _may(name, "dynamodb:PutItem", "IdempotencyTable")
    }


def test_only_functions_that_need_images_carry_the_imaging_layer() -> None:
    assert _functions_with("ImagingLayer") == {
        "ScanUploadFunction",
        "ChecksFunction",
        "ReviewFunction",
        "SweepFunction",
        "CompactLogFunction",
        "BankEntriesFunction",
    }
    assert _functions_with("StaydownLayer") == set(functions())


def _routes(source: Template | None = None) -> dict[str, list[dict[str, list[str]]]]:
    resources = (source or template()).resources.values()
    (api,) = (resource for resource in resources if resource["Type"] == "AWS::ApiGatewayV2::Api")
    return {
        f"{method.upper()} {path}": operation["security"]
        for path, operations in api["Properties"]["Body"]["paths"].items()
        for method, operation in operations.items()
    }


def test_public_routes_are_exactly_these_and_are_throttled() -> None:
    public = {key for key, security in _routes().items() if security == [{"NONE": []}]}
    assert public == {
        "POST /v1/reports",
        "GET /v1/cases/{case_number}",
        "POST /v1/cases/{case_number}/withdraw",
        "POST /v1/cases/{case_number}/preserve",
        "POST /v1/cases/{case_number}/erase",
        "POST /v1/cases/{case_number}/information",
        "GET /v1/notices/{token}",
        "POST /v1/notices/{token}/appeal",
        "POST /v1/cases/{case_number}/appeal",
        "POST /v1/cases/{case_number}/recover",
        "GET /v1/openapi.json",
        "GET /v1/report-form",
    }
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()
    assert set(stage["RouteSettings"]) == public
    assert set(stage["DefaultRouteSettings"]) == {"ThrottlingRateLimit", "ThrottlingBurstLimit"}


def test_every_other_route_requires_a_scope() -> None:
    known = {
        "staydown/uploads",
        "staydown/checks",
        "staydown/accounts",
        "staydown/appeals",
        "staydown/reports",
        "aws.cognito.signin.user.admin",
    }
    for key, security in _routes().items():
        (scheme,) = security
        if "NONE" not in scheme:
            assert scheme["Callers"], key
            assert set(scheme["Callers"]) <= known, key


def test_route_without_scopes_requires_the_default_scope(tmp_path: Path) -> None:
    """A forgotten scope denies access: platforms have tokens without this scope."""
    source = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            for event in resource["Properties"]["Events"].values():
                event["Properties"].get("Auth", {}).pop("AuthorizationScopes", None)
    changed = tmp_path / "template.json"
    changed.write_text(json.dumps(source), encoding="utf-8")
    routes = _routes(load_template(changed))
    assert set(routes) == set(_routes())
    for key, security in routes.items():
        assert security in ([{"NONE": []}], [{"Callers": ["aws.cognito.signin.user.admin"]}]), key


def test_api_document_has_the_scopes_of_each_route() -> None:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    for key, (scheme,) in _routes().items():
        method, path = key.split()
        if (method, path) not in UNDOCUMENTED:
            documented = document[path][method.lower()]["security"]
            assert documented == ([] if "NONE" in scheme else [{"token": scheme["Callers"]}]), key


def test_every_number_is_a_bounded_described_parameter() -> None:
    declared = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))["Parameters"]
    for name, parameter in declared.items():
        assert parameter["Description"], name
        if parameter["Type"] == "Number" and "AllowedValues" not in parameter:
            assert parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"], name
    plain = {
        key
        for function in functions().values()
        for key, value in function["Environment"]["Variables"].items()
        if not isinstance(value, dict)
    }
    assert plain == {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "OPENBLAS_NUM_THREADS"}


def test_console_shows_every_parameter_in_a_group_with_a_label() -> None:
    source = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    interface = source["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    assert grouped == list(source["Parameters"])
    assert list(interface["ParameterLabels"]) == grouped
    labels = [label["default"] for label in interface["ParameterLabels"].values()]
    assert len(set(labels)) == len(labels) == 50
    assert all(group["Label"]["default"] for group in interface["ParameterGroups"])


def test_functions_have_one_heading_and_one_order() -> None:
    """Heading, function, role, log group, then the function's alarms."""
    source = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))["Resources"]
    headings = re.findall(r"^  # -+ ([a-z_]+)$", TEMPLATE.read_text(encoding="utf-8"), re.MULTILINE)
    order = list(source)
    names = [name for name in order if source[name]["Type"] == "AWS::Serverless::Function"]
    folders = [source[name]["Properties"]["CodeUri"].removeprefix("functions/") for name in names]
    assert headings[-len(folders) :] == folders
    for name in names:
        place = order.index(name)
        stem = name.removesuffix("Function")
        assert order[place : place + 3] == [name, f"{stem}Role", f"{stem}Logs"]
        properties = [key for key in source[name]["Properties"] if key in FUNCTION_PROPERTIES]
        assert properties == sorted(properties, key=FUNCTION_PROPERTIES.index), name
    first = order.index(names[0])
    assert {source[name]["Type"] for name in order[first:]} == {
        "AWS::Serverless::Function",
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
        "AWS::CloudWatch::Alarm",
    }


def test_every_parameter_is_used() -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    body = text[text.index("\nConditions:") :]
    for name in template().parameters:
        assert f"!Ref {name}" in body or f"${{{name}}}" in body, name


def test_scan_knows_its_last_delivery() -> None:
    redrive = of_type("AWS::SQS::Queue")["ScanQueue"]["RedrivePolicy"]
    scan = functions()["ScanUploadFunction"]["Environment"]["Variables"]
    assert redrive["maxReceiveCount"] == scan["SCAN_ATTEMPTS"] == {"Ref": "ScanAttempts"}


def test_webhook_attempts_match_the_retry_schedule() -> None:
    redrive = of_type("AWS::SQS::Queue")["WebhooksQueue"]["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == MAX_ATTEMPTS
    assert timedelta(hours=24) <= sum(RETRY_DELAYS, timedelta()) <= timedelta(hours=28)
    assert max(RETRY_DELAYS) < timedelta(hours=12)  # the maximum visibility timeout of SQS


def test_delivered_and_notified_events_exist() -> None:
    known = {one.value for one in EventType}
    for name in ("WebhooksRule", "NoticesRule"):
        listed = of_type("AWS::Events::Rule")[name]["EventPattern"]["detail-type"]
        assert set(listed) <= known
    assert set(listed) == {one.value for one in NOTICE_BUILDERS}


def test_scan_queue_accepts_only_the_uploads_bucket() -> None:
    policy = of_type("AWS::SQS::QueuePolicy")["ScanQueuePolicy"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    named = of_type("AWS::S3::Bucket")["UploadsBucket"]["BucketName"]["Fn::Sub"]
    condition = statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert condition == ["arn:${AWS::Partition}:s3:::" + named[0], named[1]]
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_license_is_the_complete_apache_license() -> None:
    text = Path(ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_policy_defaults_are_the_calibrated_ones() -> None:
    """Measurements with the defaults of the domain are valid for those of the template."""
    defaults = {name: str(value) for name, value in template().parameters.items()}
    evidence = AlignmentPolicy.from_text(
        agree_distance=int(defaults["AgreeDistance"]),
        block=defaults["BlockOverlap"],
        review=defaults["ReviewOverlap"],
    )
    assert evidence == AlignmentPolicy()
    distances = [int(defaults[name]) for name in ("BlockDistance", "ReviewDistance", "MinimumQuality")]
    assert MatchPolicy(*distances) == MatchPolicy()


def test_audit_anchors_are_locked_as_long_as_cases_are_kept() -> None:
    bucket = of_type("AWS::S3::Bucket")["AnchorsBucket"]
    assert bucket["ObjectLockEnabled"] is True
    retention = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": {"Ref": "AnchorLock"}, "Days": {"Ref": "AnchorDays"}}
    assert template().parameters["AnchorLock"] == "COMPLIANCE"
    writers = [name for name in functions() if _may(name, "s3:PutObject", "AnchorsBucket")]
    assert writers == ["AnchorAuditFunction"]
    for name in functions():
        for action in (
            "DeleteObject",
            "DeleteObjectVersion",
            "PutObjectRetention",
            "BypassGovernanceRetention",
        ):
            assert not _may(name, f"s3:{action}", "AnchorsBucket"), name


def test_runbook_covers_every_alarm() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    table = text.partition("## Alarms")[2].partition("## Dead letters")[0]
    named = {word for word in table.replace(",", " ").split() if word.endswith("Alarm")}
    assert named == set(of_type("AWS::CloudWatch::Alarm"))
