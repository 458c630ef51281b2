"""The environment variables of functions in the local stack."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from infra.local.emulator import ACCOUNT, REGION


def local_variables(endpoint: str) -> dict[str, str]:
    """Return the variables of every function that do not come from the template."""
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
    """Return the variables that have the same value in all environments."""
    sets = [set(environment.items()) for environment in environments]
    return dict(set.intersection(*sets)) if sets else {}


@contextmanager
def applied_environment(variables: Mapping[str, str], *, clear_aws: bool = False) -> Iterator[None]:
    """Set the variables in the environment of this process, and restore the previous values afterwards.

    clear_aws: also remove the AWS settings of the shell (a profile, a session token), because they would
    direct a client to real AWS.
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
