"""Resolve CloudFormation's intrinsic functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.emulator import ACCOUNT, REGION

STACK_NAME = "staydown"
_STACK_UUID = "00000000-0000-4000-8000-00000000c0de"
_PSEUDO: Mapping[str, Any] = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": STACK_NAME,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK_NAME}/{_STACK_UUID}",
    "AWS::NotificationARNs": [],
}
_NO_VALUE = object()
_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


class UnsupportedTemplate(Exception):
    """The template uses a feature that the local stack does not support."""


class IntrinsicsResolver:
    """Resolves the values of a template.

    parameters: typed values by name, which may change between calls. conditions: as in the template.
    attribute: returns the value of an attribute (None for `Ref`) of a resource, and may create the resource.
    """

    def __init__(
        self,
        parameters: Mapping[str, Any],
        conditions: Mapping[str, Any],
        attribute: Callable[[str, str | None], Any],
    ) -> None:
        self._parameters = parameters
        self._conditions = conditions
        self._attribute = attribute

    def resolve(self, value: Any) -> Any:
        """Return the value with all intrinsic functions resolved. Raise UnsupportedTemplate."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in {"Ref", "Condition"} or name.startswith("Fn::"):
                return self._call(name, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NO_VALUE}

    def holds(self, condition: str) -> bool:
        return bool(self.resolve(self._conditions[condition]))

    def _call(self, name: str, argument: Any) -> Any:
        calls: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self.holds,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": lambda a: str(a[0]).join(as_text(item) for item in self.resolve(a[1])),
            "Fn::Split": lambda a: as_text(self.resolve(a[1])).split(a[0]),
            "Fn::Select": lambda a: self.resolve(a[1])[int(self.resolve(a[0]))],
            "Fn::If": lambda a: self.resolve(a[1] if self.holds(a[0]) else a[2]),
            "Fn::Equals": lambda a: as_text(self.resolve(a[0])) == as_text(self.resolve(a[1])),
            "Fn::Not": lambda a: not self.resolve(a[0]),
            "Fn::And": lambda a: all(self.resolve(a)),
            "Fn::Or": lambda a: any(self.resolve(a)),
        }
        if name not in calls:
            raise UnsupportedTemplate(f"the local stack does not support {name}")
        return calls[name](argument)

    def _get_att(self, argument: Any) -> Any:
        resource, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self._attribute(resource, attribute)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in _PSEUDO:
            return _PSEUDO[name]
        if name in self._parameters:
            return self._parameters[name]
        return self._attribute(name, None)

    def _sub(self, argument: Any) -> str:
        template, variables = (argument, {}) if isinstance(argument, str) else argument
        values = {name: self.resolve(item) for name, item in variables.items()}

        def replacement(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in values:
                return as_text(values[name])
            resource, _, attribute = name.partition(".")
            return as_text(self._attribute(resource, attribute) if attribute else self._ref(name))

        return _VARIABLE.sub(replacement, template)


def as_text(value: Any) -> str:
    """Return a value as CloudFormation formats it in text: `true`, `31`, `a,b`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(as_text(item) for item in value)
    return str(value)
