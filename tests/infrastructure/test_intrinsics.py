"""CloudFormation's intrinsic functions, as the local stack resolves them."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.filters import FilterCriteria
from infra.local.intrinsics import Resolver, Unresolvable
from infra.local.throttle import TokenBucket

PARAMETERS = {"Number": 31, "Names": ["a", "b"], "Empty": ""}
CONDITIONS = {
    "Yes": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Number"}, "30"]}]},
    "No": {"Fn::And": [{"Condition": "Yes"}, {"Fn::Equals": [1, 2]}]},
    "Either": {"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]},
}


@pytest.fixture
def resolver() -> Resolver:
    return Resolver(PARAMETERS, CONDITIONS, lambda name, attribute: f"<{name}.{attribute}>")


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
def test_a_value_is_resolved_as_cloudformation_does(resolver: Resolver, written: Any, resolved: Any) -> None:
    assert resolver.resolve(written) == resolved


def test_a_function_that_is_not_known_is_an_error_and_not_dropped(resolver: Resolver) -> None:
    with pytest.raises(Unresolvable, match="Fn::Cidr"):
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
def test_a_filter_lets_through_what_lambda_would(pattern: str, passes: bool) -> None:
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": {"n": {"S": "abc"}}}}
    assert FilterCriteria([{"Pattern": pattern}]).lets_through(record) is passes


def test_a_filter_that_is_not_known_is_an_error() -> None:
    with pytest.raises(Unresolvable, match="numeric"):
        FilterCriteria([{"Pattern": '{"n": [{"numeric": [">", 1]}]}'}]).lets_through({"n": 2})


def test_a_bucket_fills_again_at_its_rate_and_no_further_than_its_burst() -> None:
    now = [0.0]
    bucket = TokenBucket(rate=2, burst=3, clock=lambda: now[0])
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    now[0] = 100
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
