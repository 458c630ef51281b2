"""`make run`: runs the local stack until Ctrl-C.

PORT (default 8080) sets the port of the API, AWS_PORT (default 8081) that of the AWS services. 0 chooses a
free port. LOG_LEVEL (default WARNING) sets the log level of the functions.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

from infra.local.stack import STATE_FILE, LocalStack
from infra.pages import page_files

PAGE_AUDIENCES = {
    "index.html": "Start page",
    "form.html": "Report form",
    "status.html": "For reporters",
    "notice.html": "For account holders",
    "review.html": "For reviewers",
}
"""The label of each page."""


def main() -> int:
    try:
        port, aws_port = _port("PORT", "8080"), _port("AWS_PORT", "8081")
    except ValueError as error:
        _print_line(f"cannot start: {error}")
        return 2
    started = time.monotonic()
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    stack = LocalStack(
        port=port,
        aws_port=aws_port,
        parameters={"LogLevel": os.environ.get("LOG_LEVEL", "WARNING")},
        background=True,
        state_file=STATE_FILE,
        report=_print_line,
    )
    try:
        stack.start()
    except OSError as error:
        _print_line(f"cannot start: {error} (set other ports with PORT and AWS_PORT)")
        return 1
    missing = stack.load_functions()
    _print_line(f"{'API':<22}{stack.api_url}")
    for line in _page_lines(stack):
        _print_line(line)
    _print_line(f"{'AWS services':<22}{stack.endpoint} (S3, SQS, DynamoDB, EventBridge, Cognito)")
    _print_line(f"Tokens and passwords are in {STATE_FILE.relative_to(STATE_FILE.parents[1])}.")
    if missing:
        _print_line(f"These functions cannot be loaded: {', '.join(missing)}")
    _print_line(f"Ready in {time.monotonic() - started:.1f} s. Press Ctrl-C to stop.")
    stopping.wait()
    stack.stop()
    _print_line("Stopped.")
    return 0


def _port(variable: str, default: str) -> int:
    """Return the port in an environment variable. Raise ValueError if it is invalid."""
    text = os.environ.get(variable, default)
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise ValueError(f"{variable}={text!r} is not a port: use a number from 0 (any free port) to 65535")
    return int(text)


def _page_lines(stack: LocalStack) -> Iterator[str]:
    """Yield a line for each web page and for each user who can sign in."""
    console = stack.description()["console_url"]
    for name, file in page_files():
        if "/" not in name and file.suffix == ".html":
            yield f"{PAGE_AUDIENCES.get(name, name):<22}{console}{'' if name == 'index.html' else name}"
    for user in stack.callers.users if stack.callers is not None else ():
        yield f"{'Sign in as':<22}{user.username} ({user.group}), password {user.password}"


def _print_line(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
