"""The quickstart of README.md works: the copy is blocked."""

from __future__ import annotations

import re

import pytest
import requests

from infra.local.stack import ROOT, LocalStack

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_quickstart_blocks_an_altered_copy(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ((script, output),) = re.findall(
        r"<<'END'\n(.*?)^END\n```\n```\n(.*?)^```", README, re.MULTILINE | re.DOTALL
    )
    home = tmp_path_factory.mktemp("home")
    monkeypatch.chdir(home)
    state_file = home / ".local" / "stack.json"
    quiet = {"LogLevel": "ERROR"}
    with LocalStack(background=True, parameters=quiet, state_file=state_file, report=lambda _: None) as stack:
        stack.load_functions()
        exec(compile(script, "README.md", "exec"), {})
        posted, report, copy = capsys.readouterr().out.splitlines()
        address = posted.removeprefix("mallory: published ")
        assert requests.get(address, timeout=30).status_code == 403
    printed = output.splitlines()
    assert printed[0].split("http")[0] == posted.split("http")[0]
    assert re.fullmatch(re.escape(printed[1]).replace("…", ".+"), report)
    assert printed[2] == copy == "trent: blocked matches_confirmed_entry"
