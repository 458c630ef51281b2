"""Deploy a template on this machine, as `sam deploy` does on AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.local.emulator import Emulator
from infra.local.intrinsics import IntrinsicsResolver, UnsupportedTemplate
from infra.local.resources import CreatedResource, UnsupportedResourceType, arn, resource_maker, split_words
from infra.local.template import Template

BUCKET, QUEUE, TABLE = "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::DynamoDB::Table"


class Deployment:
    """Creates each resource when it is first referenced, so the template determines their order."""

    def __init__(self, template: Template, emulator: Emulator, report: Callable[[str], None]) -> None:
        self._template = template
        self._emulator = emulator
        self._report = report
        self._created: dict[str, CreatedResource] = {}
        self._in_progress: list[str] = []
        self.parameters = template.parameters
        self.resolver = IntrinsicsResolver(template.parameters, template.conditions, self.attribute)

    def create_resources(self) -> None:
        """Create all resources that the emulator supports."""
        for logical_id in self._active_resources():
            self._resource(logical_id)

    def attribute(self, logical_id: str, name: str | None = None) -> str:
        """Return the value of `Ref` (name None) or `GetAtt` of a resource."""
        created = self._resource(logical_id)
        if name is None:
            return created.ref
        # Values that nothing reads locally (ARNs of roles and keys) are placeholders.
        return created.attributes.get(name, arn("not-here", f"{logical_id}/{name}"))

    def resources_of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the resolved properties of all resources of a type, by logical id."""
        return {
            logical_id: self.resolver.resolve(resource.get("Properties", {}))
            for logical_id, resource in self._template.resources.items()
            if resource["Type"] == kind and self._is_active(resource)
        }

    def references_by_short_name(self, kind: str, suffix: str) -> dict[str, str]:
        """Return the `Ref` of all resources of a type by short name: CasesTable is `cases`."""
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
        if logical_id not in self._created:
            if logical_id in self._in_progress:
                raise UnsupportedTemplate(
                    f"circular reference: {' -> '.join([*self._in_progress, logical_id])}"
                )
            self._in_progress.append(logical_id)
            try:
                self._created[logical_id] = self._create(logical_id)
            finally:
                self._in_progress.pop()
        return self._created[logical_id]

    def _create(self, logical_id: str) -> CreatedResource:
        try:
            resource = self._template.resources[logical_id]
        except KeyError:
            raise UnsupportedTemplate(f"the template has no resource {logical_id}") from None
        kind = resource["Type"]
        if kind == "AWS::Lambda::Function":
            return CreatedResource(logical_id, {"Arn": arn("lambda", f"function:{logical_id}")})
        try:
            make = resource_maker(kind)
        except UnsupportedResourceType:
            self._report(f"not supported locally: {logical_id} ({kind})")
            make = None
        if make is None:
            # Its properties stay unresolved, because they may be circular (a role and a policy).
            return CreatedResource(logical_id)
        return make(self._emulator.client, logical_id, self.resolver.resolve(resource.get("Properties", {})))
