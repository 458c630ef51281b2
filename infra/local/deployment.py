"""A template, deployed on this machine: what `sam deploy` is for AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.local.emulator import Emulator
from infra.local.intrinsics import IntrinsicsResolver, UnsupportedTemplate
from infra.local.resources import CreatedResource, UnsupportedResourceType, arn, resource_maker, split_words
from infra.local.template import Template

BUCKET, QUEUE, TABLE = "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::DynamoDB::Table"


class Deployment:
    """Makes each resource when something first refers to it: their order follows from the template."""

    def __init__(self, template: Template, emulator: Emulator, report: Callable[[str], None]) -> None:
        self._template = template
        self._emulator = emulator
        self._report = report
        self._made: dict[str, CreatedResource] = {}
        self._under_way: list[str] = []
        self.parameters = template.parameters
        self.resolver = IntrinsicsResolver(template.parameters, template.conditions, self.attribute)

    def create_resources(self) -> None:
        """Make everything that the emulator can hold."""
        for logical_id in self._active_resources():
            self._resource(logical_id)

    def attribute(self, logical_id: str, name: str | None = None) -> str:
        """What Ref (name None) or GetAtt of a resource gives."""
        made = self._resource(logical_id)
        if name is None:
            return made.ref
        # What nothing here reads (a role's or key's ARN) is only named.
        return made.attributes.get(name, arn("not-here", f"{logical_id}/{name}"))

    def resources_of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The resolved properties of the resources of a type, by logical id."""
        return {
            logical_id: self.resolver.resolve(resource.get("Properties", {}))
            for logical_id, resource in self._template.resources.items()
            if resource["Type"] == kind and self._is_active(resource)
        }

    def references_by_short_name(self, kind: str, suffix: str) -> dict[str, str]:
        """What Ref gives for each resource of a type, by a short name: CasesTable is `cases`."""
        return {
            "_".join(split_words(logical_id.removesuffix(suffix))): self.attribute(logical_id)
            for logical_id in self._active_resources()
            if self._template.resources[logical_id]["Type"] == kind
        }

    def outputs(self) -> dict[str, Any]:
        return {
            name: self.resolver.resolve(output["Value"]) for name, output in self._template.outputs.items()
        }

    def _active_resources(self) -> Iterator[str]:
        return (name for name, resource in self._template.resources.items() if self._is_active(resource))

    def _is_active(self, resource: Mapping[str, Any]) -> bool:
        return "Condition" not in resource or self.resolver.holds(resource["Condition"])

    def _resource(self, logical_id: str) -> CreatedResource:
        if logical_id not in self._made:
            if logical_id in self._under_way:
                raise UnsupportedTemplate(f"a circle: {' -> '.join([*self._under_way, logical_id])}")
            self._under_way.append(logical_id)
            try:
                self._made[logical_id] = self._create(logical_id)
            finally:
                self._under_way.pop()
        return self._made[logical_id]

    def _create(self, logical_id: str) -> CreatedResource:
        try:
            resource = self._template.resources[logical_id]
        except KeyError:
            raise UnsupportedTemplate(f"the template has no {logical_id}") from None
        kind = resource["Type"]
        if kind == "AWS::Lambda::Function":
            return CreatedResource(logical_id, {"Arn": arn("lambda", f"function:{logical_id}")})
        try:
            make = resource_maker(kind)
        except UnsupportedResourceType:
            self._report(f"not on this machine: {logical_id} ({kind})")
            make = None
        if make is None:
            # Its properties stay unresolved: a role names the table whose policy may name the role.
            return CreatedResource(logical_id)
        return make(self._emulator.client, logical_id, self.resolver.resolve(resource.get("Properties", {})))
