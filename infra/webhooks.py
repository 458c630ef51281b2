"""Manage platforms' webhooks: endpoints, signing secrets and redelivery.

An endpoint is a SecureString parameter of Systems Manager, `/{stack}/webhooks/{platform}`, which the
delivering function reads (see staydown.aws.webhook_endpoints). A secret is printed once, when it is created.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from staydown.exchange.webhooks import InvalidEndpointUrl, new_signing_secret, validate_endpoint_url

_WAIT_SECONDS = 2


class InvalidEndpoint(ValueError):
    """The URL is not allowed, or the platform has no endpoint."""


def set_endpoint(ssm: Any, stack: str, platform: str, url: str) -> str | None:
    """Set the endpoint of a platform. Return the new signing secret, or None if it keeps its secrets.

    ssm: a boto3 client. Raise InvalidEndpoint unless the URL is https (http is for the local stack only).
    """
    local = urlsplit(ssm.meta.endpoint_url).hostname in {"127.0.0.1", "localhost"}
    try:
        validate_endpoint_url(url, local=local)
    except InvalidEndpointUrl as error:
        raise InvalidEndpoint(f"{url}: {error}") from None
    current = _read(ssm, stack, platform)
    secret = None if current else new_signing_secret()
    _write(ssm, stack, platform, url, current["secrets"] if current else [secret])
    return secret


def rotate_secret(ssm: Any, stack: str, platform: str) -> str:
    """Create a secret and return it. Webhooks have two signatures until the older secret is retired."""
    current = _require_endpoint(ssm, stack, platform)
    secret = new_signing_secret()
    _write(ssm, stack, platform, current["url"], [secret, current["secrets"][0]])
    return secret


def retire_secret(ssm: Any, stack: str, platform: str) -> None:
    """Retire the older secret, so that only the newest signs."""
    current = _require_endpoint(ssm, stack, platform)
    _write(ssm, stack, platform, current["url"], current["secrets"][:1])


def remove_endpoint(ssm: Any, stack: str, platform: str) -> None:
    _require_endpoint(ssm, stack, platform)
    ssm.delete_parameter(Name=_parameter_name(stack, platform))


def redeliver(sqs: Any, *, dead_letters: str, queue: str, platform: str | None = None) -> int:
    """Resend failed webhooks of one platform, or of all. Return their number.

    dead_letters, queue: URLs. After an interruption, a webhook may be sent twice.
    """
    sent = 0
    while messages := _receive(sqs, dead_letters):
        for message in messages:
            if platform in {None, _platform_of(message["Body"])}:
                sqs.send_message(QueueUrl=queue, MessageBody=message["Body"])
                sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=message["ReceiptHandle"])
                sent += 1
    return sent


def _receive(sqs: Any, url: str) -> list[dict[str, Any]]:
    """Receive messages, and hide them long enough that no message is received twice.

    Long polling is needed: a short poll asks only some servers of the queue, which may have none.
    """
    response = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=120, WaitTimeSeconds=_WAIT_SECONDS
    )
    return list(response.get("Messages", []))


def _platform_of(body: str) -> object:
    try:
        return json.loads(body)["detail"].get("platform")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _parameter_name(stack: str, platform: str) -> str:
    return f"/{stack}/webhooks/{platform}"


def _read(ssm: Any, stack: str, platform: str) -> dict[str, Any] | None:
    try:
        response = ssm.get_parameter(Name=_parameter_name(stack, platform), WithDecryption=True)
    except ssm.exceptions.ParameterNotFound:
        return None
    return dict(json.loads(response["Parameter"]["Value"]))


def _require_endpoint(ssm: Any, stack: str, platform: str) -> dict[str, Any]:
    current = _read(ssm, stack, platform)
    if current is None:
        raise InvalidEndpoint(f"{platform} has no endpoint; set one with --url")
    return current


def _write(ssm: Any, stack: str, platform: str, url: str, secrets: list[str | None]) -> None:
    value = json.dumps({"url": url, "secrets": secrets})
    ssm.put_parameter(Name=_parameter_name(stack, platform), Value=value, Type="SecureString", Overwrite=True)


Print = Callable[[str], None]


def run_command(ssm: Any, arguments: Any, print_line: Print) -> None:
    """Run the command `webhook` with its parsed arguments."""
    if arguments.url:
        secret = set_endpoint(ssm, arguments.stack, arguments.name, arguments.url)
        print_line(f"endpoint  {arguments.url}")
        print_line(f"secret    {secret or 'unchanged'}")
    elif arguments.rotate:
        print_line(f"secret    {rotate_secret(ssm, arguments.stack, arguments.name)}")
        print_line("Webhooks are signed with both secrets. Use `--retire` to retire the older one.")
    elif arguments.retire:
        retire_secret(ssm, arguments.stack, arguments.name)
        print_line("Webhooks are signed with the newest secret only.")
    else:
        remove_endpoint(ssm, arguments.stack, arguments.name)
        print_line(f"Webhooks are no longer sent to {arguments.name}.")
