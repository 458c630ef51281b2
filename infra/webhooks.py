"""Platforms' webhooks: where they are sent, what they are signed with, and sending again what was given up.

An endpoint is one SecureString parameter of Systems Manager, `/{stack}/webhooks/{platform}`, which the
function that delivers reads (see staydown.aws.webhook_endpoints). A secret is shown once, when it is made.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from staydown.exchange.webhooks import InvalidEndpointUrl, new_signing_secret, validate_endpoint_url

_WAIT_SECONDS = 2


class InvalidEndpoint(ValueError):
    """An address that can't be an endpoint, or a platform that has none."""


def set_endpoint(ssm: Any, stack: str, platform: str, url: str) -> str | None:
    """Send the platform's webhooks there. The secret they are signed with; None when it stays the one it was.

    ssm: a boto3 client. WebhookError unless it is https (http is for a stack on this machine alone).
    """
    local = urlsplit(ssm.meta.endpoint_url).hostname in {"127.0.0.1", "localhost"}
    try:
        validate_endpoint_url(url, local=local)
    except InvalidEndpointUrl as error:
        raise InvalidEndpoint(f"{url}: {error}") from None
    known = _read(ssm, stack, platform)
    secret = None if known else new_signing_secret()
    _write(ssm, stack, platform, url, known["secrets"] if known else [secret])
    return secret


def rotate_secret(ssm: Any, stack: str, platform: str) -> str:
    """A further secret. Webhooks carry two signatures until the older secret is retired."""
    known = _require_endpoint(ssm, stack, platform)
    secret = new_signing_secret()
    _write(ssm, stack, platform, known["url"], [secret, known["secrets"][0]])
    return secret


def retire_secret(ssm: Any, stack: str, platform: str) -> None:
    """The newest secret alone from now on."""
    known = _require_endpoint(ssm, stack, platform)
    _write(ssm, stack, platform, known["url"], known["secrets"][:1])


def remove_endpoint(ssm: Any, stack: str, platform: str) -> None:
    _require_endpoint(ssm, stack, platform)
    ssm.delete_parameter(Name=_parameter_name(stack, platform))


def redeliver(sqs: Any, *, dead_letters: str, queue: str, platform: str | None = None) -> int:
    """Send again what was given up, of one platform or of all; how many that were.

    dead_letters, queue: URLs. What is another platform's stays. If this is stopped, some may be sent twice.
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
    """Messages, hidden for long enough that those which stay don't come again meanwhile. Without waiting,
    some of the queue's servers alone are asked, and may have none."""
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=120, WaitTimeSeconds=_WAIT_SECONDS
    )
    return list(answer.get("Messages", []))


def _platform_of(body: str) -> object:
    try:
        return json.loads(body)["detail"].get("platform")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _parameter_name(stack: str, platform: str) -> str:
    return f"/{stack}/webhooks/{platform}"


def _read(ssm: Any, stack: str, platform: str) -> dict[str, Any] | None:
    try:
        answer = ssm.get_parameter(Name=_parameter_name(stack, platform), WithDecryption=True)
    except ssm.exceptions.ParameterNotFound:
        return None
    return dict(json.loads(answer["Parameter"]["Value"]))


def _require_endpoint(ssm: Any, stack: str, platform: str) -> dict[str, Any]:
    known = _read(ssm, stack, platform)
    if known is None:
        raise InvalidEndpoint(f"{platform} has no endpoint; set one with --url")
    return known


def _write(ssm: Any, stack: str, platform: str, url: str, secrets: list[str | None]) -> None:
    value = json.dumps({"url": url, "secrets": secrets})
    ssm.put_parameter(Name=_parameter_name(stack, platform), Value=value, Type="SecureString", Overwrite=True)


Print = Callable[[str], None]


def run_command(ssm: Any, arguments: Any, print_line: Print) -> None:
    """What the command `webhook` asks for. given: the parsed arguments."""
    if arguments.url:
        secret = set_endpoint(ssm, arguments.stack, arguments.name, arguments.url)
        print_line(f"endpoint  {arguments.url}")
        print_line(f"secret    {secret or 'as before'}")
    elif arguments.rotate:
        print_line(f"secret    {rotate_secret(ssm, arguments.stack, arguments.name)}")
        print_line("Signed with both now; `--retire` ends the older one.")
    elif arguments.retire:
        retire_secret(ssm, arguments.stack, arguments.name)
        print_line("Signed with the newest secret alone.")
    else:
        remove_endpoint(ssm, arguments.stack, arguments.name)
        print_line(f"{arguments.name} is sent nothing any more.")
