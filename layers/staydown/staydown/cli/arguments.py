"""The command line of the tool."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from staydown.cli.folder_bank import Policies
from staydown.domain.bank.alignment import AlignmentPolicy, AlignmentThreshold
from staydown.domain.bank.verdicts import MatchPolicy
from staydown.imaging.limits import Limits

Settings = TypeVar("Settings", MatchPolicy, AlignmentPolicy, Limits)

_DESCRIPTION = """Compute hashes and match verdicts of local images with the recognition of Staydown.
No AWS account and no network are needed."""
_EPILOG = """Exit status: 0 if every file was answered, including unreadable files; 1 if compare cannot read
a file, or output cannot be written; 2 if the command line is invalid.

Run 'staydown COMMAND --help' for the options of a command."""
_HASH = """Print the hashes of each file: one JSON object a line, in the order of the files."""
_MATCH = """Print the verdict for each file: one JSON object a line, in the order of the files.
Every file in the bank folder and its subfolders counts as violating."""
_COMPARE = """Explain the verdict for two files, as if the first were in the bank and the second uploaded."""

_LIMITS = ("max_bytes", "max_pixels", "max_frames")
_SETTINGS_HELP = {
    "max_bytes": "reject larger files",
    "max_pixels": "reject images with more pixels, summed over all frames",
    "max_frames": "decode at most N frames of a file",
    "block_distance": "block a match within N bits of 256",
    "review_distance": "review a match within N bits of 256",
    "minimum_quality": "ignore PDQ hashes of lower quality, 0 to 100",
    "agree_distance": "tiles agree within N bits of 256",
}


@dataclass(frozen=True, slots=True)
class HashCommand:
    """`staydown hash`."""

    files: tuple[str, ...]
    limits: Limits
    jobs: int
    quiet: bool


@dataclass(frozen=True, slots=True)
class MatchCommand:
    """`staydown match`."""

    files: tuple[str, ...]
    bank: str
    """The folder of the references."""
    policies: Policies
    limits: Limits
    jobs: int
    quiet: bool


@dataclass(frozen=True, slots=True)
class CompareCommand:
    """`staydown compare`."""

    reference: str
    query: str
    image: str | None
    """Where to write the picture of the alignment; None to write none."""
    policies: Policies
    limits: Limits


Command = HashCommand | MatchCommand | CompareCommand


def parse_arguments(arguments: Sequence[str] | None = None) -> Command:
    """Return the requested command. `arguments` of None means those of the process.

    Prints an error and raises SystemExit(2) if they are invalid, and SystemExit(0) after --help.
    """
    parser = _parser()
    values = parser.parse_args(arguments)
    try:
        limits = _settings(Limits, values)
        if values.command == "hash":
            return HashCommand(tuple(values.files), limits, values.jobs, values.quiet)
        policies = Policies(_settings(MatchPolicy, values), _alignment_policy(values))
    except ValueError as error:
        parser.error(str(error))
    if values.command == "compare":
        if values.image and os.path.realpath(values.image) in map(
            os.path.realpath, (values.reference, values.query)
        ):
            parser.error(f"--image: {values.image!r} is one of the files to compare")
        return CompareCommand(values.reference, values.query, values.image, policies, limits)
    if not os.path.isdir(values.bank):  # noqa: PTH112 (pathlib reads the empty name as the current folder)
        parser.error(f"--bank: {values.bank!r} is not a folder")
    return MatchCommand(tuple(values.files), values.bank, policies, limits, values.jobs, values.quiet)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="staydown",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, title="commands", metavar="COMMAND")

    hash_parser = commands.add_parser(
        "hash", help="print the hashes of each file", description=_HASH, allow_abbrev=False
    )
    hash_parser.add_argument("files", nargs="+", metavar="FILE", help="image to hash")

    match_parser = commands.add_parser(
        "match", help="print the verdict for each file", description=_MATCH, allow_abbrev=False
    )
    match_parser.add_argument("--bank", required=True, metavar="FOLDER", help="folder of reference pictures")
    match_parser.add_argument("files", nargs="+", metavar="FILE", help="image to match")

    compare_parser = commands.add_parser(
        "compare", help="explain the verdict for two files", description=_COMPARE, allow_abbrev=False
    )
    compare_parser.add_argument("reference", metavar="REFERENCE", help="image that counts as violating")
    compare_parser.add_argument("query", metavar="QUERY", help="image that counts as uploaded")
    compare_parser.add_argument(
        "--image", metavar="OUT.png", help="write a picture of the alignment to OUT.png"
    )

    for parallel in (hash_parser, match_parser):
        parallel.add_argument(
            "--jobs",
            type=_jobs,
            default=_cores(),
            metavar="N",
            help="run N processes in parallel (default: %(default)s)",
        )
        parallel.add_argument("--quiet", action="store_true", help="print no progress on standard error")
    for command in (hash_parser, match_parser, compare_parser):
        _add_settings(command.add_argument_group("limits"), Limits, _LIMITS)
    for command in (match_parser, compare_parser):
        group = command.add_argument_group(
            "policy", "thresholds of a verdict, as the parameters of the template"
        )
        _add_settings(group, MatchPolicy)
        _add_settings(group, AlignmentPolicy, ("agree_distance",))
        conditions = ", ".join(field.name for field in fields(AlignmentThreshold))
        for verdict in ("block", "review"):
            group.add_argument(
                f"--{verdict}-demand",
                type=_threshold,
                action="append",
                metavar="NAME=N,...",
                help=f"{verdict} an alignment with at least these values of {conditions}; repeat for"
                " alternatives; replaces the defaults",
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
                help=f"{_SETTINGS_HELP[field.name]} (default: %(default)s)",
            )


def _settings(settings: type[Settings], values: argparse.Namespace) -> Settings:
    """Return the settings with the given values. Raises ValueError if they are inconsistent."""
    names = [field.name for field in fields(settings) if hasattr(values, field.name)]
    return settings(**{name: getattr(values, name) for name in names})


def _alignment_policy(values: argparse.Namespace) -> AlignmentPolicy:
    policy = _settings(AlignmentPolicy, values)
    return replace(
        policy,
        block=tuple(values.block_demand or policy.block),
        review=tuple(values.review_demand or policy.review),
    )


def _threshold(text: str) -> AlignmentThreshold:
    try:
        return AlignmentThreshold.from_text(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _jobs(text: str) -> int:
    jobs = int(text)
    if jobs < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return jobs


def _cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
