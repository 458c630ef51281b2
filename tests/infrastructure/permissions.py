"""Record the AWS calls of each function, and compare them with its role."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from staydown.aws.settings import Settings

from infra.local.environment import applied_environment
from infra.local.stack import LocalStack

Permission = tuple[str, str]
"""An action and its resource: ("dynamodb:PutItem", "arn:…:table/…")."""

GRANTED_FOR_AWS = ("logs:", "kms:", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""Permissions that AWS uses for the function: logging, polling and encryption."""
STREAM_PERMISSIONS = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:SendMessage",
)
"""The same, for a function that a stream triggers and whose failures go to a queue."""

_TRANSACTED = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}


@dataclass
class CallRecorder:
    """Records the AWS calls of all functions of a stack. needs: the permissions by function."""

    stack: LocalStack
    required: dict[str, set[Permission]] = field(default_factory=dict)
    _settings: list[tuple[str, Settings]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listen(self) -> None:
        """Load all functions and record their calls from then on."""
        failed = self.stack.load_functions()
        assert not failed, failed
        for name, function in self.stack.functions.items():
            module = sys.modules[function.handler_path.rpartition(".")[0]]
            self.required.setdefault(name, set())
            if not hasattr(module, "stack"):
                continue
            with applied_environment(function.environment):
                stack = module.stack()
            self._settings.append((name, stack.settings))
            stack._session.events.register("before-parameter-build", _recording_session(self, name))

    def variables_read(self, function: str) -> set[str]:
        """Return the environment variables of the settings that a function has read so far."""
        return {
            variable
            for name, settings in self._settings
            if name == function
            for setting in Settings.names() & set(vars(settings))
            for variable in Settings.variables(setting)
        }

    def record(self, function: str, needs: set[Permission]) -> None:
        with self._lock:
            self.required[function] |= needs


def _recording_session(recorder: CallRecorder, function: str) -> Any:
    def record_call(params: dict[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        recorder.record(function, set(_needs(service, model.name, params)))

    return record_call


def _needs(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Permission]:
    if service == "dynamodb":
        yield from _dynamodb(operation, params)
    elif service == "s3":
        yield from _s3(operation, params)
    elif service == "events":
        yield from (("events:PutEvents", f"event-bus/{entry['EventBusName']}") for entry in params["Entries"])
    elif service == "sqs":
        yield f"sqs:{operation.removesuffix('Batch')}", f":{params['QueueUrl'].rpartition('/')[2]}"
    elif service == "sesv2":
        yield "ses:SendEmail", f":identity/{params['FromEmailAddress']}"
        yield "ses:SendEmail", f":configuration-set/{params['ConfigurationSetName']}"
    elif service == "ssm":
        yield f"ssm:{operation}", f":parameter{params['Name']}"
    elif service == "cloudfront":
        yield "cloudfront:CreateInvalidation", f"distribution/{params['DistributionId']}"
    else:
        yield f"{service}:{operation}", "*"


def _dynamodb(operation: str, params: Mapping[str, Any]) -> Iterator[Permission]:
    if operation == "TransactWriteItems":
        for write in params["TransactItems"]:
            for kind, item in write.items():
                yield _TRANSACTED[kind], f"table/{item['TableName']}"
    elif operation == "BatchGetItem":
        yield from (("dynamodb:BatchGetItem", f"table/{table}") for table in params["RequestItems"])
    elif operation == "BatchWriteItem":
        yield from (("dynamodb:BatchWriteItem", f"table/{table}") for table in params["RequestItems"])
    else:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        yield f"dynamodb:{operation}", f"table/{params['TableName']}{index}"


def _s3(operation: str, params: Mapping[str, Any]) -> Iterator[Permission]:
    """Return the needs of an S3 call. S3 returns 404 only with permission to list the bucket, else 403."""
    version = "Version" if params.get("VersionId") else ""
    bucket = f":::{params['Bucket']}"
    here = f"{bucket}/{params.get('Key', '*')}"
    if operation in {"GetObject", "HeadObject"}:
        yield f"s3:GetObject{version}", here
        if operation == "HeadObject" or params["Key"].startswith("content/"):
            yield "s3:ListBucket", bucket
    elif operation == "DeleteObject":
        yield f"s3:DeleteObject{version}", here
    elif operation in {"PutObject", "CreateBucket"}:  # boto3 creates a presigned POST from CreateBucket.
        yield "s3:PutObject", here
    elif operation == "CopyObject":
        source = str(params["CopySource"])  # boto3 has turned it into text: bucket/key?versionId=…
        key, _, version = source.partition("?versionId=")
        yield f"s3:GetObject{'Version' if version else ''}", f":::{key}"
        yield "s3:ListBucket", f":::{key.partition('/')[0]}"
        yield "s3:PutObject", here
    else:
        raise AssertionError(f"a call to S3 that nobody expected: {operation}")


def allowed_permissions(stack: LocalStack) -> dict[str, set[Permission]]:
    """Return what the role of each function allows, as single actions and resolved resources."""
    roles = stack.resources_of_type("AWS::IAM::Role")
    found = {}
    for name, properties in stack.resources_of_type("AWS::Lambda::Function").items():
        role = roles[properties["Role"].rsplit("/", 1)[0].rsplit(":", 1)[-1]]
        found[name] = {
            (action, resource)
            for policy in role["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]
            for action in _list(statement["Action"])
            for resource in _list(statement["Resource"])
        }
    return found


def covers(permission: Permission, need: Permission) -> bool:
    """Return whether a permission allows a need, whose resource is the end of an ARN."""
    action, resource = permission
    if ":::" in resource:
        return need[0] == action and fnmatchcase(need[1], resource[resource.index(":::") :])
    if resource.endswith("/*"):
        return need[0] == action and fnmatchcase(need[1], resource[resource.rindex(":") :])
    return need[0] == action and resource.endswith(need[1])


def denied_calls(recorder: CallRecorder) -> list[str]:
    """Describe the recorded calls that the role of their function does not allow."""
    permissions = allowed_permissions(recorder.stack)
    return [
        f"{function}: {need[0]} on {need[1]}"
        for function, needs in sorted(recorder.required.items())
        for need in sorted(needs)
        if not any(covers(permission, need) for permission in permissions[function])
    ]


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
