"""Upload the web pages: `python -m infra.pages --stack NAME` puts them into the bucket behind CloudFront.

Only the file `config.json` differs between deployments, and this module generates it. `make run` serves the
same file with local addresses.
"""

from __future__ import annotations

import argparse
import json
import mimetypes
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from staydown.config.report_form import InvalidSetting, parse_help_lines

PAGES = Path(__file__).parents[1] / "console"
CONFIG = "config.json"
LEAVE_URL = "https://www.bbc.com/weather"
"""The target of "Leave now": an inconspicuous page. Change it to one that is common in your country."""
# Browsers revalidate a page each time, so a corrected page takes effect at once.
_CACHE_CONTROL = "no-cache"


def page_files() -> Iterator[tuple[str, Path]]:
    """Yield each page file: its path below the root of the pages, and its local path."""
    for file in sorted(PAGES.rglob("*")):
        if file.is_file():
            yield file.relative_to(PAGES).as_posix(), file


def content_type(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind = {"application/javascript": "text/javascript"}.get(kind, kind)
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind == "application/json" else kind


def render_config(*, sign_in_url: str, client_id: str, help_lines: str) -> bytes:
    """Return the contents of `config.json`.

    sign_in_url: the Cognito endpoint. client_id: the id of the console's app client. help_lines: the template
    parameter; the pages show these lines until the API responds. The API has the same origin as the pages.
    """
    content = {
        "api_url": "",
        "sign_in_url": sign_in_url,
        "client_id": client_id,
        "leave_url": LEAVE_URL,
        "help_lines": [asdict(line) for line in parse_help_lines(help_lines)],
    }
    return json.dumps(content, indent=1, ensure_ascii=False).encode()


def deploy(stack: str) -> str:
    """Upload all pages and return their address.

    Raise botocore's errors, and KeyError if the stack is not a Staydown stack.
    """
    description = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}
    region = boto3.session.Session().region_name
    parameters = {item["ParameterKey"]: item["ParameterValue"] for item in description["Parameters"]}
    config = render_config(
        sign_in_url=f"https://cognito-idp.{region}.amazonaws.com",
        client_id=outputs["ConsoleClientId"],
        help_lines=parameters["HelpLines"],
    )
    s3, bucket = boto3.client("s3"), outputs["ConsoleBucketName"]
    # HTML files last, so that the files they refer to are already there.
    files = sorted(page_files(), key=lambda pair: pair[0].endswith(".html"))
    for name, body in [(CONFIG, config), *((name, path.read_bytes()) for name, path in files)]:
        s3.put_object(**_put_arguments(bucket, name, body))
    boto3.client("cloudfront").create_invalidation(
        DistributionId=outputs["ConsoleDistributionId"],
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(uuid.uuid4())},
    )
    return str(outputs["ConsoleUrl"])


def _put_arguments(bucket: str, name: str, body: bytes) -> Mapping[str, Any]:
    return {
        "Bucket": bucket,
        "Key": name,
        "Body": body,
        "ContentType": content_type(name),
        "CacheControl": _CACHE_CONTROL,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.pages", description=__doc__)
    parser.add_argument("--stack", required=True, help="name of the deployed stack")
    try:
        print(deploy(parser.parse_args().stack))
    except (BotoCoreError, ClientError, KeyError, InvalidSetting) as error:
        print(f"not deployed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
