"""The environment variables that a function finds on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from infra.local.emulator import ACCOUNT, REGION


def local_variables(endpoint: str) -> dict[str, str]:
    """What every function has here beside what the template gives it."""
    return {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        # moto knows no endpoint with an account id in its name: stream calls would answer 404.
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "AWS_ACCOUNT_ID": ACCOUNT,
        "POWERTOOLS_METRICS_DISABLED": "true",
    }


def common_variables(environments: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """What all of the environments have with the same value."""
    sets = [set(environment.items()) for environment in environments]
    return dict(set.intersection(*sets)) if sets else {}


@contextmanager
def applied_environment(variables: Mapping[str, str], *, clear_aws: bool = False) -> Iterator[None]:
    """Put the variables into the process's environment, and back what was there before.

    alone: without the AWS settings of whoever started the process (a profile, a session token), which would
    lead a client away from this machine.
    """
    others = {name for name in os.environ if clear_aws and name.startswith("AWS_")}
    before = {name: os.environ.get(name) for name in {*variables, *others}}
    for name in others:
        del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
