"""The integration guide works: its code blocks run in their order."""

from __future__ import annotations

import re
import shlex
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
import requests
from staydown.domain.uploads.media_types import ACCEPTED_MEDIA_TYPES
from staydown.domain.uploads.stops import StopReason
from staydown.domain.uploads.upload import UploadState
from staydown.exchange.webhooks import new_signing_secret, signature_headers
from staydown.imaging import limits

from infra import platforms
from infra.local.environment import applied_environment, local_variables
from infra.local.stack import ROOT, LocalStack

GUIDE = (ROOT / "docs" / "integrating.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^\.venv/bin/python -m infra\.platforms (webhook alpha .*)$", GUIDE, re.MULTILINE)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    home = tmp_path_factory.mktemp("home")
    stack = LocalStack(state_file=home / ".local" / "stack.json", report=lambda _: None)
    with stack, pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        yield stack


def run(part: str, names: dict[str, Any]) -> None:
    """Run the code block of the guide that contains this text."""
    (block,) = [block for block in PYTHON if part in block]
    exec(compile(block, "docs/integrating.md", "exec"), names)


def test_guide_works_from_beginning_to_end(running: LocalStack, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    run("client_credentials", names)
    run('"content_type": "image/jpeg"', names)
    running.drain()
    uploads = f"{running.api_url}/v1/uploads/{names['ticket']['upload_id']}"
    assert names["api"].get(uploads, timeout=30).json()["state"] == "published"

    run("def verify", names)
    run("class Platform", names)
    server = names["server"]
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        with applied_environment(local_variables(running.endpoint)):
            (command,) = COMMANDS
            assert platforms.main(shlex.split(command)) == 0
        printed = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
        names["secrets"].append(printed["secret"])
        running.functions["DeliverWebhooksFunction"].load()  # functions cache the endpoint for a minute
        run("def report_and_judge", names)
        names["report_and_judge"](names["ticket"]["upload_id"])
        running.drain()
    finally:
        server.shutdown()
        server.server_close()
        serving.join(5)
    event_types = {event["type"].removeprefix("dev.staydown.") for event in names["seen"].values()}
    assert event_types == {"upload.removed", "account.blocked", "notice.issued"}

    run("notices = ", names)
    output = capsys.readouterr().out
    assert "content that you uploaded to alpha" in output
    token = output.strip().rpartition("#")[2]
    opened = requests.get(f"{running.api_url}/v1/notices/{token}", timeout=30)
    assert opened.json()["account_id"] == "u-4711"

    run("problem = ", names)
    _again(names, "u-4711", expected="https://staydown.dev/problems/account-blocked")
    stopped = _again(names, "u-4712")
    running.drain()
    status = names["api"].get(f"{running.api_url}/v1/uploads/{stopped['upload_id']}", timeout=30).json()
    assert (status["state"], status["reason"]) == ("blocked", "matches_confirmed_entry")
    assert len(PYTHON) == 7


def _again(names: dict[str, Any], account: str, expected: str | None = None) -> dict[str, Any]:
    """Run the guide's upload block for another account. expected: the problem that it causes."""
    (block,) = [block for block in PYTHON if '"content_type": "image/jpeg"' in block]
    block = block.replace("u-4711", account)
    try:
        exec(compile(block, "docs/integrating.md", "exec"), names)
    except KeyError:
        assert names["ticket"]["type"] == expected
    else:
        assert expected is None
    return dict(names["ticket"])


def test_guide_lists_every_state_reason_and_type_of_an_upload() -> None:
    said = set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", GUIDE, flags=re.MULTILINE | re.DOTALL)))
    assert {*UploadState, *StopReason, *get_args(limits.RejectionReason), *ACCEPTED_MEDIA_TYPES} <= said


def test_old_or_changed_delivery_does_not_verify() -> None:
    names: dict[str, Any] = {}
    run("def verify", names)
    verify, secret, now = names["verify"], new_signing_secret(), datetime.now(UTC)
    good = signature_headers([new_signing_secret(), secret], "id", b"body", now=now)
    assert verify(secret, good, b"body")
    assert not verify(secret, good, b"another body")
    assert not verify(new_signing_secret(), good, b"body")
    assert not verify(secret, {**good, "webhook-id": "another"}, b"body")
    old = signature_headers([secret], "id", b"body", now=now - timedelta(minutes=6))
    assert not verify(secret, old, b"body")
