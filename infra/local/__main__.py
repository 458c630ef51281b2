"""`make run`: the local stack, until Ctrl-C.

PORT (8080) is the API's, AWS_PORT (8081) that of S3 and the rest; 0 is any free one. LOG_LEVEL (WARNING) is
what the functions log.
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
    "index.html": "where to begin",
    "form.html": "to report",
    "status.html": "for who reported",
    "notice.html": "for account holders",
    "review.html": "for reviewers",
}
"""Whom each page is for."""


def main() -> int:
    try:
        port, aws_port = _port("PORT", "8080"), _port("AWS_PORT", "8081")
    except ValueError as error:
        _print_line(f"could not start: {error}")
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
        _print_line(f"could not start: {error} (PORT and AWS_PORT choose the ports)")
        return 1
    missing = stack.load_functions()
    _print_line(f"the API     {stack.api_url}")
    for line in _pages(stack):
        _print_line(line)
    _print_line(f"AWS         {stack.endpoint} (S3, SQS, DynamoDB, EventBridge, Cognito)")
    _print_line(f"tokens, names and passwords are in {STATE_FILE.relative_to(STATE_FILE.parents[1])}")
    if missing:
        _print_line(f"without     {', '.join(missing)}")
    _print_line(f"ready after {time.monotonic() - started:.1f} s; Ctrl-C stops it")
    stopping.wait()
    stack.stop()
    _print_line("stopped")
    return 0


def _port(variable: str, default: str) -> int:
    """Raise ValueError for what is no port."""
    text = os.environ.get(variable, default)
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise ValueError(f"{variable}={text!r} is no port: a number from 0 (any free one) to 65535")
    return int(text)


def _pages(stack: LocalStack) -> Iterator[str]:
    """The addresses of the web pages, and who may sign in."""
    console = stack.description()["console_url"]
    for name, file in page_files():
        if "/" not in name and file.suffix == ".html":
            yield f"{PAGE_AUDIENCES.get(name, name):<22}{console}{'' if name == 'index.html' else name}"
    for person in stack.callers.users if stack.callers is not None else ():
        yield f"sign in as  {person.username} ({person.group}), password {person.password}"


def _print_line(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
