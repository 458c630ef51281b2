"""Platforms' webhooks: where they are sent, what they are signed with, and sending again what was given up.

An endpoint is one SecureString parameter of Systems Manager, `/{stack}/webhooks/{platform}`, which the
function that delivers reads (see staydown.aws.endpoints). A secret is shown once, when it is made.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from staydown.domain.webhooks import BadEndpoint, check_url, new_signing_secret

_WAIT_SECONDS = 2


class WebhookError(ValueError):
    """An address that can't be an endpoint, or a platform that has none."""


def set_endpoint(ssm: Any, stack: str, platform: str, url: str) -> str | None:
    """Send the platform's webhooks there. The secret they are signed with; None when it stays the one it was.

    ssm: a boto3 client. WebhookError unless it is https (http is for a stack on this machine alone).
    """
    local = urlsplit(ssm.meta.endpoint_url).hostname in {"127.0.0.1", "localhost"}
    try:
        check_url(url, local=local)
    except BadEndpoint as error:
        raise WebhookError(f"{url}: {error}") from None
    known = _read(ssm, stack, platform)
    secret = None if known else new_signing_secret()
    _write(ssm, stack, platform, url, known["secrets"] if known else [secret])
    return secret


def rotate_secret(ssm: Any, stack: str, platform: str) -> str:
    """A further secret. Webhooks carry two signatures until the older secret is retired."""
    known = _known(ssm, stack, platform)
    secret = new_signing_secret()
    _write(ssm, stack, platform, known["url"], [secret, known["secrets"][0]])
    return secret


def retire_secret(ssm: Any, stack: str, platform: str) -> None:
    """The newest secret alone from now on."""
    known = _known(ssm, stack, platform)
    _write(ssm, stack, platform, known["url"], known["secrets"][:1])


def remove_endpoint(ssm: Any, stack: str, platform: str) -> None:
    _known(ssm, stack, platform)
    ssm.delete_parameter(Name=_name(stack, platform))


def redeliver(sqs: Any, *, dead_letters: str, queue: str, platform: str | None = None) -> int:
    """Send again what was given up, of one platform or of all; how many that were.

    dead_letters, queue: URLs. What is another platform's stays. If this is stopped, some may be sent twice.
    """
    sent = 0
    while messages := _received(sqs, dead_letters):
        for message in messages:
            if platform in {None, _platform(message["Body"])}:
                sqs.send_message(QueueUrl=queue, MessageBody=message["Body"])
                sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=message["ReceiptHandle"])
                sent += 1
    return sent


def _received(sqs: Any, url: str) -> list[dict[str, Any]]:
    """Messages, hidden for long enough that those which stay don't come again meanwhile. Without waiting,
    some of the queue's servers alone are asked, and may have none."""
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=120, WaitTimeSeconds=_WAIT_SECONDS
    )
    return list(answer.get("Messages", []))


def _platform(body: str) -> object:
    try:
        return json.loads(body)["detail"].get("platform")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _name(stack: str, platform: str) -> str:
    return f"/{stack}/webhooks/{platform}"


def _read(ssm: Any, stack: str, platform: str) -> dict[str, Any] | None:
    try:
        answer = ssm.get_parameter(Name=_name(stack, platform), WithDecryption=True)
    except ssm.exceptions.ParameterNotFound:
        return None
    return dict(json.loads(answer["Parameter"]["Value"]))


def _known(ssm: Any, stack: str, platform: str) -> dict[str, Any]:
    known = _read(ssm, stack, platform)
    if known is None:
        raise WebhookError(f"{platform} has no endpoint; set one with --url")
    return known


def _write(ssm: Any, stack: str, platform: str, url: str, secrets: list[str | None]) -> None:
    value = json.dumps({"url": url, "secrets": secrets})
    ssm.put_parameter(Name=_name(stack, platform), Value=value, Type="SecureString", Overwrite=True)


Say = Callable[[str], None]


def change(ssm: Any, given: Any, say: Say) -> None:
    """What the command `webhook` asks for. given: the parsed arguments."""
    if given.url:
        secret = set_endpoint(ssm, given.stack, given.name, given.url)
        say(f"endpoint  {given.url}")
        say(f"secret    {secret or 'as before'}")
    elif given.rotate:
        say(f"secret    {rotate_secret(ssm, given.stack, given.name)}")
        say("Signed with both now; `--retire` ends the older one.")
    elif given.retire:
        retire_secret(ssm, given.stack, given.name)
        say("Signed with the newest secret alone.")
    else:
        remove_endpoint(ssm, given.stack, given.name)
        say(f"{given.name} is sent nothing any more.")
