"""Execution roles: `Policies` and what SAM grants on its own, as statements.

Policy templates: advisor/data/sam_policy_templates.json, generated from the translator's table.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path as File
from typing import TYPE_CHECKING

from advisor import data
from advisor.records import field, record
from advisor.templates.sam.source import (
    choice,
    choose,
    get_att,
    is_intrinsic,
    is_no_value,
    made_draft,
    mapping,
    referenced_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.source import (
        Draft,
        Path,
        Source,
    )

_MANAGED = "arn:aws:iam::aws:policy/"
"""The commercial partition, as the region is not known; only the name behind it is a fact."""
_DEEPEST = 60


@cache
def table(name: str) -> dict[str, Data]:
    """Return a table of advisor/data, read once."""
    text = (File(data.__file__).parent / name).read_text(encoding="utf-8")
    loaded: Data = json.loads(text)
    return mapping(loaded)


def managed(name: str) -> str:
    """Return the ARN of a policy that AWS manages."""
    return _MANAGED + name


def _bare(arn: Data) -> Data:
    """Return the name of a policy that AWS manages, anything else as it is."""
    if isinstance(arn, str) and arn.startswith(_MANAGED):
        return arn.rpartition("/")[2]
    return arn


def statement(action: Data, resource: Data) -> Data:
    """Return an allowing statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def trust(service: str) -> Data:
    """Return the document with which a service may assume a role."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sts:AssumeRole"],
                "Principal": {"Service": [service]},
            }
        ],
    }


def from_template(name: str, arguments: Data) -> Data:
    """Return the document of a SAM policy template; None where there is none of that name."""
    row = mapping(mapping(table("sam_policy_templates.json").get("templates")).get(name))
    if not row:
        return None
    return {"Statement": _filled(row.get("statements"), mapping(arguments), 0)}


def _filled(data: Data, arguments: dict[str, Data], depth: int) -> Data:
    if depth > _DEEPEST:
        return data
    if isinstance(data, list):
        return [_filled(item, arguments, depth + 1) for item in data]
    if isinstance(data, dict):
        name = data.get("Ref")
        if len(data) == 1 and isinstance(name, str) and name in arguments:
            return arguments[name]
        return {key: _filled(value, arguments, depth + 1) for key, value in data.items()}
    return data


@record()
class Grants:
    """What goes into one execution role, in the order in which SAM puts it there."""

    role_id: str
    managed: list[Data] = field(default_factory=list)
    policies: list[Data] = field(default_factory=list)
    origins: dict[Path, Pointer] = field(default_factory=dict)

    def attach(self, arn: Data, at: Pointer) -> None:
        """Attach a managed policy once, whether it is given by its name or by its ARN."""
        if _bare(arn) not in [_bare(known) for known in self.managed]:
            self.origins["ManagedPolicyArns", str(len(self.managed))] = at
            self.managed.append(arn)

    def allow(self, name: str, statements: list[Data], at: Pointer) -> None:
        """Add an inline policy of statements; the same statements are not added twice."""
        document: Data = {"Version": "2012-10-17", "Statement": list(statements)}
        known = (mapping(policy).get("PolicyDocument") for policy in self.policies)
        if statements and document not in known:
            self._inline(name, document, at)

    def _inline(self, name: str, document: Data, at: Pointer, condition: str = "") -> None:
        path = ("Policies", str(len(self.policies)))
        policy: Data = {"PolicyName": name, "PolicyDocument": document}
        self.policies.append(choose(condition, policy) if condition else policy)
        self.origins[path] = at
        if not condition:
            self.origins[*path, "PolicyDocument"] = at

    def declare(self, declared: Data, source: Source, name: str = "Policies") -> None:
        """Add what `Policies` lists: names and ARNs, documents, policy templates."""
        entries: list[tuple[Data, Pointer, int]] = []
        if isinstance(declared, list):
            entries = [(item, source.where(name, i), i) for i, item in enumerate(declared)]
        elif declared is not None:
            entries = [(declared, source.where(name), 0)]
        for entry, at, index in entries:
            self._entry(entry, at, index)

    def _entry(self, entry: Data, at: Pointer, index: int, condition: str = "") -> None:
        if isinstance(entry, str):
            self._managed_entry(entry, at, condition)
            return
        branches = choice(entry)
        if branches is not None and not condition:
            self._branches(branches, at, index)
            return
        if is_no_value(entry):
            return
        if is_intrinsic(entry):
            self._managed_entry(entry, at, condition)
            return
        if not isinstance(entry, dict):
            return
        document: Data = entry if "Statement" in entry else None
        if document is None and len(entry) == 1:
            name, arguments = next(iter(entry.items()))
            document = from_template(name, arguments)
        if document is not None:
            self._inline(f"{self.role_id}Policy{index}", document, at, condition)

    def _managed_entry(self, entry: Data, at: Pointer, condition: str) -> None:
        self.attach(choose(condition, entry) if condition else entry, at)

    def _branches(self, branches: tuple[str, Data, Data], at: Pointer, index: int) -> None:
        """Turn a conditional entry into entries that are absent where its branch is not taken."""
        condition, then, otherwise = branches
        if _names_policy(then) and _names_policy(otherwise):
            self.attach(choose(condition, then, otherwise), at)
            return
        pair = [self._single(branch, index) for branch in (then, otherwise)]
        if None not in pair:
            self.origins["Policies", str(len(self.policies))] = at
            self.policies.append(choose(condition, pair[0], pair[1]))
            return
        for position, branch in ((1, then), (2, otherwise)):
            place: Pointer = (*at, "Fn::If", position)
            part = Grants(self.role_id)
            many = branch if isinstance(branch, list) else [branch]
            for number, item in enumerate(many):
                where = (*place, number) if isinstance(branch, list) else place
                part._entry(item, where, index)
            self._adopt(part, condition, taken=position == 1)

    def _single(self, branch: Data, index: int) -> Data:
        """Return the one inline policy of a branch, None where it is anything else."""
        part = Grants(self.role_id)
        if isinstance(branch, dict) and not is_intrinsic(branch):
            part._entry(branch, (), index)
        return part.policies[0] if len(part.policies) == 1 else None

    def _adopt(self, part: Grants, condition: str, *, taken: bool) -> None:
        def guarded(value: Data) -> Data:
            absent: Data = {"Ref": "AWS::NoValue"}
            return choose(condition, value, absent) if taken else choose(condition, absent, value)

        for number, arn in enumerate(part.managed):
            self.attach(guarded(arn), part.origins["ManagedPolicyArns", str(number)])
        for number, policy in enumerate(part.policies):
            self.origins["Policies", str(len(self.policies))] = part.origins[
                "Policies", str(number)
            ]
            self.policies.append(guarded(policy))

    def build(self, source: Source, assumed_by: Data, *, extra: Iterable[str] = ()) -> Resource:
        """Return the role; `extra` are properties that it takes from the source."""
        draft: Draft = made_draft(source, self.role_id, "AWS::IAM::Role")
        draft.put("AssumeRolePolicyDocument", assumed_by)
        draft.put("ManagedPolicyArns", self.managed or None)
        draft.put("Policies", self.policies or None)
        draft.origins.update(self.origins)
        if "RolePath" in source.properties:
            draft.take("Path", "RolePath")
        draft.copy("PermissionsBoundary", *extra)
        return draft.build()


def _names_policy(value: Data) -> bool:
    return isinstance(value, str) or (
        is_intrinsic(value) and not is_no_value(value) and choice(value) is None
    )


def role_of(value: Data, role_id: str, context: Context) -> tuple[Data, tuple[str, ...] | None]:
    """Return what `Role` becomes, and the conditions of a generated role; None: none is made.

    A conditional role of which one side is `AWS::NoValue` gets the generated role there.
    """
    generated = get_att(role_id, "Arn")
    if value is None or is_no_value(value):
        return generated, ()
    branches = choice(value)
    if branches is None:
        return value, None
    condition, then, otherwise = branches
    if is_no_value(then) and is_no_value(otherwise):
        return generated, ()
    if is_no_value(then):
        return choose(condition, generated, otherwise), (condition,)
    if is_no_value(otherwise):
        return choose(condition, then, generated), (context.negated(condition),)
    return value, None


def role_name(role: Data) -> Data:
    """Return how a policy names the role that a property refers to; None where it cannot."""
    logical_id = referenced_id(role)
    return {"Ref": logical_id} if logical_id else None
