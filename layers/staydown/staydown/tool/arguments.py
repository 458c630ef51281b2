"""The command line of the tool."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from staydown.domain.bank.alignment import AlignmentPolicy, AlignmentThreshold
from staydown.domain.bank.verdicts import MatchPolicy
from staydown.imaging.limits import Limits
from staydown.tool.folder_bank import Policies

Settings = TypeVar("Settings", MatchPolicy, AlignmentPolicy, Limits)

_DESCRIPTION = """What Staydown would do with your own pictures, without AWS.

Rows are JSON objects, one a line, in the order of the files. Exit status: 0 when every file was answered,
also those that can't be read; 2 for a wrong command line."""
_OF_LIMITS = ("max_bytes", "max_pixels", "max_frames")


@dataclass(frozen=True, slots=True)
class HashCommand:
    files: tuple[str, ...]
    limits: Limits
    jobs: int
    quiet: bool


@dataclass(frozen=True, slots=True)
class MatchCommand:
    files: tuple[str, ...]
    bank: str
    policies: Policies
    limits: Limits
    jobs: int
    quiet: bool


@dataclass(frozen=True, slots=True)
class CompareCommand:
    banked: str
    uploaded: str
    image: str | None
    policies: Policies
    limits: Limits


Command = HashCommand | MatchCommand | CompareCommand


def parse_arguments(arguments: Sequence[str] | None = None) -> Command:
    """What is asked for. Leaves the program with status 2 and a word on standard error where that is not
    clear; None stands for the program's own arguments."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        limits = _settings(Limits, given)
        if given.command == "hash":
            return HashCommand(tuple(given.files), limits, given.jobs, given.quiet)
        policies = Policies(_settings(MatchPolicy, given), _alignment_policy(given))
    except ValueError as error:
        parser.error(str(error))
    if given.command == "compare":
        if given.image and os.path.realpath(given.image) in map(
            os.path.realpath, (given.banked, given.uploaded)
        ):
            parser.error("--image: that would be written over a picture that is compared")
        return CompareCommand(given.banked, given.uploaded, given.image, policies, limits)
    if not os.path.isdir(given.bank):  # noqa: PTH112 (pathlib would take the empty name for this folder)
        parser.error(f"--bank: {given.bank!r} is no folder")
    return MatchCommand(tuple(given.files), given.bank, policies, limits, given.jobs, given.quiet)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m staydown",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    hashing = commands.add_parser("hash", help="the hashes of each file", allow_abbrev=False)
    hashing.add_argument("files", nargs="+", metavar="FILE")

    matching = commands.add_parser("match", help="the verdict on each file", allow_abbrev=False)
    matching.add_argument(
        "--bank",
        required=True,
        metavar="FOLDER",
        help="every file in it counts as judged, in its folders too",
    )
    matching.add_argument("files", nargs="+", metavar="FILE")

    comparing = commands.add_parser(
        "compare", help="what one file has of another, and where", allow_abbrev=False
    )
    comparing.add_argument("banked", metavar="A", help="the file that counts as judged")
    comparing.add_argument("uploaded", metavar="B", help="the file that somebody uploads")
    comparing.add_argument("--image", metavar="OUT.png", help="draw the one over the other")

    for many in (hashing, matching):
        many.add_argument(
            "--jobs", type=_jobs, default=_cores(), metavar="N", help="processes at once (%(default)s)"
        )
        many.add_argument("--quiet", action="store_true", help="no progress on standard error")
    for command in (hashing, matching, comparing):
        _add_settings(command.add_argument_group("limits"), Limits, _OF_LIMITS)
    for command in (matching, comparing):
        group = command.add_argument_group(
            "policy", "as the template's parameters; docs/tool.md explains them"
        )
        _add_settings(group, MatchPolicy)
        _add_settings(group, AlignmentPolicy, ("agree_distance",))
        for verdict in ("block", "review"):
            group.add_argument(
                f"--{verdict}-demand",
                type=_threshold,
                action="append",
                metavar="NAME=N,...",
                help=f"least values of an alignment to {verdict}"
                f" ({', '.join(one.name for one in fields(AlignmentThreshold))}); repeat for alternatives",
            )
    return parser


def _add_settings(
    group: argparse._ArgumentGroup, settings: type[Any], only: Sequence[str] | None = None
) -> None:
    for field in fields(settings):
        if only is None or field.name in only:
            group.add_argument(
                f"--{field.name.replace('_', '-')}",
                type=type(field.default),
                default=field.default,
                metavar="N",
                help="%(default)s",
            )


def _settings(settings: type[Settings], given: argparse.Namespace) -> Settings:
    """Raises ValueError where the values don't go together."""
    names = [field.name for field in fields(settings) if hasattr(given, field.name)]
    return settings(**{name: getattr(given, name) for name in names})


def _alignment_policy(given: argparse.Namespace) -> AlignmentPolicy:
    policy = _settings(AlignmentPolicy, given)
    return replace(
        policy,
        block=tuple(given.block_demand or policy.block),
        review=tuple(given.review_demand or policy.review),
    )


def _threshold(text: str) -> AlignmentThreshold:
    try:
        return AlignmentThreshold.from_text(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _jobs(text: str) -> int:
    jobs = int(text)
    if jobs < 1:
        raise argparse.ArgumentTypeError("at least one process has to do the work")
    return jobs


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
