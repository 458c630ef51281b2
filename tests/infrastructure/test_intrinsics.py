"""CloudFormation's intrinsic functions, as the local stack resolves them."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.filters import FilterCriteria
from infra.local.intrinsics import IntrinsicsResolver, UnsupportedTemplate
from infra.local.throttle import TokenBucket

PARAMETERS = {"Number": 31, "Names": ["a", "b"], "Empty": ""}
CONDITIONS = {
    "Yes": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Number"}, "30"]}]},
    "No": {"Fn::And": [{"Condition": "Yes"}, {"Fn::Equals": [1, 2]}]},
    "Either": {"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]},
}


@pytest.fixture
def resolver() -> IntrinsicsResolver:
    return IntrinsicsResolver(PARAMETERS, CONDITIONS, lambda name, attribute: f"<{name}.{attribute}>")


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ({"Ref": "Number"}, 31),
        ({"Ref": "Names"}, ["a", "b"]),
        ({"Ref": "Table"}, "<Table.None>"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "<Table.Arn>"),
        ({"Fn::GetAtt": "Table.Arn"}, "<Table.Arn>"),
        ({"Fn::Sub": "${Number}/${Table}/${Table.Arn}/${!kept}"}, "31/<Table.None>/<Table.Arn>/${kept}"),
        ({"Fn::Sub": ["${X}-${Number}", {"X": {"Ref": "Names"}}]}, "a,b-31"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Number"}, True]]}, "a-31-true"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::Select": ["1", {"Ref": "Names"}]}, "b"),
        ({"Fn::If": ["Yes", 1, {"Fn::Nonsense": 1}]}, 1),
        ({"Fn::If": ["No", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Ref": "AWS::NoValue"}]}, {"b": [1]}),
        ({"Reference": {"Ref": "Number"}, "more": 1}, {"Reference": 31, "more": 1}),
    ],
)
def test_intrinsic_is_resolved_like_cloudformation(
    resolver: IntrinsicsResolver, written: Any, resolved: Any
) -> None:
    assert resolver.resolve(written) == resolved


def test_unknown_intrinsic_is_an_error(resolver: IntrinsicsResolver) -> None:
    with pytest.raises(UnsupportedTemplate, match="Fn::Cidr"):
        resolver.resolve({"Fn::Cidr": []})


@pytest.mark.parametrize(
    ("pattern", "passes"),
    [
        ('{"eventName": ["INSERT"]}', True),
        ('{"eventName": ["REMOVE", "MODIFY"]}', False),
        ('{"dynamodb": {"NewImage": {"n": {"S": [{"prefix": "a"}]}}}}', True),
        ('{"dynamodb": {"NewImage": {"n": {"S": [{"prefix": "b"}]}}}}', False),
        ('{"dynamodb": {"OldImage": [{"exists": false}]}}', True),
        ('{"eventName": [{"anything-but": ["INSERT"]}]}', False),
        ('{"missing": {"deeper": ["x"]}}', False),
    ],
)
def test_event_filter_matches_like_lambda(pattern: str, passes: bool) -> None:
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": {"n": {"S": "abc"}}}}
    assert FilterCriteria([{"Pattern": pattern}]).matches(record) is passes


def test_unknown_filter_is_an_error() -> None:
    with pytest.raises(UnsupportedTemplate, match="numeric"):
        FilterCriteria([{"Pattern": '{"n": [{"numeric": [">", 1]}]}'}]).matches({"n": 2})


def test_token_bucket_refills_at_its_rate_up_to_its_burst() -> None:
    now = [0.0]
    bucket = TokenBucket(rate=2, burst=3, clock=lambda: now[0])
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    now[0] = 100
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
