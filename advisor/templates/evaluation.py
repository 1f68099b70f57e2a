"""What raw data of a template comes to in one scenario: functions, parameters, references."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.templates import intrinsics
from advisor.templates.conditions import OTHER, AllTrue, Questions, Truths, Variable
from advisor.templates.macros import SYMBOL
from advisor.templates.template import scalar_text, section
from advisor.templates.values import Cause, Reference, Text, Unknown, join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.documents.document import Data
    from advisor.templates.scenarios import Scenario
    from advisor.templates.stacks import Project, Stack
    from advisor.templates.template import Parameter
    from advisor.templates.values import Value

_DEEPEST = 120  # nested functions and data; CloudFormation's own limit is far below
_MARK = "{{resolve:"
_DYNAMIC = re.compile(r"(\{\{resolve:[^{}]*\}\})")

_PSEUDO = {
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
}


class Evaluator:
    """Evaluates data of all stacks under one set of assumptions; never raises."""

    def __init__(self, project: Project, scenario: Scenario, *, region: str = "") -> None:
        """`region` is the account's, if known."""
        self.project = project
        self.scenario = scenario
        self._region = region
        self._truths: dict[str, Truths] = {}
        self._assumed: dict[Variable, str | None] = {}
        self._names: dict[tuple[str, str], tuple[Value, bool]] = {}
        self._asked: set[tuple[str, str]] = set()
        self._exports: dict[str, tuple[Stack, Data]] | None = None
        self._mappings: dict[str, Value] = {}
        self._stores: dict[str, tuple[Stack, Data]] | None = None
        self._questions = Questions()
        project.assume(scenario.assignment)

    def truths(self, stack: Stack) -> Truths:
        """Return the truth of the conditions of a stack in the scenario."""
        if self.scenario.everything:
            return AllTrue(self._questions)
        if stack.owner not in self._truths:
            formulas = self.scenario.formulas.get(stack.owner, {})
            self._truths[stack.owner] = Truths(formulas, self.scenario.assignment, self._questions)
        return self._truths[stack.owner]

    def is_same_in(self, scenario: Scenario) -> bool:
        """Tell whether all that was asked so far has the same answer in another scenario.

        Whoever asks the same of both then comes to the same result. Both must be of one group.
        """
        if any(scenario.assignment.get(key) != text for key, text in self._assumed.items()):
            return False
        for owner, truths in self._truths.items():
            others = Truths(scenario.formulas.get(owner, {}), scenario.assignment)
            if any(others[name] != truth for name, truth in truths.told.items()):
                return False
        return True

    def _assumption(self, variable: Variable) -> str | None:
        """Return the value of a variable in the scenario, and note that it was asked for."""
        self._questions.count += variable in self.project.assumed
        if variable not in self._assumed:
            self._assumed[variable] = self.scenario.assignment.get(variable)
        return self._assumed[variable]

    def evaluate(self, stack: Stack, data: Data, depth: int = 0) -> Value:
        """Return the value of raw data; never raises."""
        if depth > _DEEPEST:
            return Unknown(Cause.OPAQUE, "nested too deeply")
        if isinstance(data, str):
            return self._dynamic(data, depth) if "{{resolve:" in data else data
        if isinstance(data, list):
            items = [self.evaluate(stack, item, depth + 1) for item in data]
            return [item for item in items if item is not None]
        if not isinstance(data, dict):
            return data
        if is_function(data):
            ((name, argument),) = data.items()
            return self._call(stack, name, argument, depth + 1)
        result: dict[str, Value] = {}
        for key, item in data.items():
            value = self.evaluate(stack, item, depth + 1)
            if value is not None:
                result[key] = value
        return result

    def _call(self, stack: Stack, name: str, argument: Data, depth: int) -> Value:
        if name == "Ref":
            named = self._name(stack, argument, depth)
            return self._ref(stack, named) if named is not None else self._odd(name)
        if name == "Fn::GetAtt":
            return self._attribute(stack, argument, depth)
        if name == "Fn::If":
            chosen = choose({name: argument}, self.truths(stack))
            if isinstance(chosen, dict) and name in chosen:
                return self._odd(name)
            return self.evaluate(stack, chosen, depth)
        if name == "Fn::Sub":
            return self._sub(stack, argument, depth)
        if name == "Fn::Transform":
            kind = argument.get("Name") if isinstance(argument, dict) else None
            return Unknown(Cause.MACRO, str(kind or name))
        if name in {"Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or", "Condition"}:
            return Unknown(Cause.CONDITION, name)
        resolved = self.evaluate(stack, argument, depth)
        if name == "Fn::FindInMap":
            return intrinsics.fn_find_in_map(self._mapping_section(stack), resolved)
        if name == "Fn::ImportValue":
            return self._import(resolved, depth)
        function = intrinsics.FUNCTIONS.get(name)
        if function is None:
            return intrinsics.unknown_function(name, resolved)
        return function(resolved)

    def _name(self, stack: Stack, data: Data, depth: int) -> str | None:
        """Return a logical id, which the language extensions let functions compute.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html
        """
        value = self.evaluate(stack, data, depth) if isinstance(data, dict) else data
        return value if isinstance(value, str) else None

    @staticmethod
    def _odd(name: str) -> Unknown:
        return Unknown(Cause.FUNCTION, name)

    def _mapping_section(self, stack: Stack) -> Value:
        self._questions.count += 1  # what it holds may be computed, and is kept
        if stack.owner not in self._mappings:
            # What looks up a mapping from inside one finds this, and comes to an end.
            self._mappings[stack.owner] = Unknown(Cause.FUNCTION, "Fn::FindInMap")
            self._mappings[stack.owner] = self.evaluate(stack, section(stack.data, "Mappings"))
        return self._mappings[stack.owner]

    def _sub(self, stack: Stack, argument: Data, depth: int) -> Value:
        text: Data = argument
        local: dict[str, Data] = {}
        if isinstance(argument, list) and argument:
            text = argument[0]
            if len(argument) > 1 and isinstance(argument[1], dict):
                local = argument[1]
        if not isinstance(text, str):
            return self._odd("Fn::Sub")

        def lookup(name: str) -> Value:
            if name in local:
                return self.evaluate(stack, local[name], depth)
            if "." in name and name not in stack.aliases:
                return self._attribute(stack, name, depth)
            return self._ref(stack, name)

        value = intrinsics.substitute(text, lookup)
        return self._dynamic(value, depth) if isinstance(value, str) and _MARK in value else value

    def _ref(self, stack: Stack, name: str) -> Value:
        if name == "AWS::NoValue":
            return None
        parameter = stack.parameters.get(name)
        if parameter is not None and (parameter.is_lookup or name in stack.bindings):
            return self.parameter(stack, parameter)
        if parameter is not None or name in _PSEUDO:
            # What leads to no other value. A template asks for few of them, and very often.
            key = (stack.owner, name)
            known = self._names.get(key)
            if known is None:
                asked = self._questions.count
                value = self.parameter(stack, parameter) if parameter else self._pseudo(stack, name)
                known = self._names[key] = (value, self._questions.count != asked)
            value, differs = known
            self._questions.count += differs
            return value
        if name.startswith(SYMBOL):
            return Unknown(Cause.FUNCTION, name.removeprefix(SYMBOL))
        logical_id = stack.aliases.get(name, name)
        if logical_id in stack.resources:
            return Reference(stack.owner, logical_id)
        owner, _, attribute = name.partition(".")
        if attribute and owner in stack.resources:
            return Reference(stack.owner, owner, attribute)
        return Unknown(Cause.MISSING, name)

    def _pseudo(self, stack: Stack, name: str) -> Value:
        assumed = self._assumption(Variable("", name))
        if assumed is not None and assumed != OTHER:
            return assumed
        if name == "AWS::Region" and self._region:
            return self._region
        # A name or id of a stack is that of one stack; the others are the account's.
        key = f"{stack.owner}#{name}" if name.startswith("AWS::Stack") else name
        return Unknown(Cause.PSEUDO, key)

    def parameter(self, stack: Stack, parameter: Parameter) -> Value:
        """Return the value of a parameter: assumed, given by the user, bound, or its default."""
        name = parameter.name
        if name in stack.overrides:
            return as_parameter(parameter, stack.overrides[name])
        if stack.parent is not None and name in stack.bindings:
            return self._bound(stack, stack.parent, parameter)
        assumed = self._assumption(Variable(stack.owner, name))
        if assumed is not None and assumed != OTHER:
            return as_parameter(parameter, assumed)
        unknown = Unknown(Cause.PARAMETER, f"{stack.owner}#{name}")
        if parameter.default is None or isinstance(parameter.default, (dict, list)):
            return unknown
        if parameter.is_lookup:
            return self._stored(f"{{{{resolve:ssm:{parameter.default}}}}}", 0)
        if assumed == OTHER and self.scenario.excludes(
            Variable(stack.owner, name), scalar_text(parameter.default)
        ):
            return unknown
        return as_parameter(parameter, parameter.default)

    def _bound(self, stack: Stack, parent: Stack, parameter: Parameter) -> Value:
        key = (stack.owner, parameter.name)
        if key in self._asked:
            return Unknown(Cause.PARAMETER, f"{stack.owner}#{parameter.name}")
        self._asked.add(key)
        value = self.evaluate(parent, stack.bindings[parameter.name])
        self._asked.discard(key)
        if isinstance(value, (str, int, float)):
            return as_parameter(parameter, value)
        return intrinsics.items_of(value) if parameter.is_list else value

    def _attribute(self, stack: Stack, argument: Data, depth: int) -> Value:
        if isinstance(argument, str):
            name, _, attribute = argument.partition(".")
        elif (
            isinstance(argument, list)
            and len(argument) == 2
            and (computed := self._name(stack, argument[0], depth)) is not None
        ):
            name = computed
            resolved = self.evaluate(stack, argument[1], depth)
            if not isinstance(resolved, str):
                return Unknown(Cause.ATTRIBUTE, intrinsics.canonical(resolved))
            attribute = resolved
        else:
            return self._odd("Fn::GetAtt")
        if name in stack.children and attribute.startswith("Outputs."):
            return self._output(stack.children[name], attribute.removeprefix("Outputs."), depth)
        whole = f"{name}.{attribute}"
        for alias, logical_id in stack.aliases.items() if "." in attribute else ():
            # `Fn.Alias.Arn` and the like.
            if whole.startswith(f"{alias}."):
                return Reference(stack.owner, logical_id, whole[len(alias) + 1 :])
        if name in stack.resources:
            return Reference(stack.owner, name, attribute)
        return Unknown(Cause.MISSING, whole)

    def _output(self, stack: Stack, name: str, depth: int) -> Value:
        output = stack.outputs.get(name)
        key = (stack.owner, f"Outputs.{name}")
        if not isinstance(output, dict) or key in self._asked:
            return Unknown(Cause.ATTRIBUTE, f"{stack.owner}.Outputs.{name}")
        self._asked.add(key)
        value = self.evaluate(stack, output.get("Value"), depth)
        self._asked.discard(key)
        return value

    def _dynamic(self, text: str, depth: int) -> Value:
        """Return a text with its dynamic references as what they name, or as unknown parts.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
        """
        pieces = _DYNAMIC.split(text)
        return join(
            [self._stored(piece, depth) if at % 2 else piece for at, piece in enumerate(pieces)]
        )

    def _stored(self, reference: str, depth: int) -> Value:
        """Return what a dynamic reference reads: the parameter that another template stores."""
        unknown = Unknown(Cause.DYNAMIC, reference)
        kind, _, name = reference.strip("{}").removeprefix("resolve:").partition(":")
        if kind != "ssm" or depth > _DEEPEST:
            return unknown
        self._questions.count += 1  # the names of what is stored may differ
        if self._stores is None:
            self._stores = {}
            self._stores = {
                stored: (stack, resource.properties.get("Value"))
                for stack in self.project.stacks.values()
                for resource in stack.resources.values()
                if resource.type == "AWS::SSM::Parameter"
                and isinstance(stored := self.evaluate(stack, resource.properties.get("Name")), str)
            }
        # A version may stand behind the name.
        key = name if name in self._stores else name.rpartition(":")[0]
        if key not in self._stores or ("ssm", key) in self._asked:
            return unknown
        stack, data = self._stores[key]
        self._asked.add(("ssm", key))
        value = self.evaluate(stack, data, depth + 1)
        self._asked.discard(("ssm", key))
        return unknown if value is None else value

    def _import(self, name: Value, depth: int) -> Value:
        self._questions.count += 1  # the names of exports may differ
        if self._exports is None:
            # Set first: the name of an export may itself import something.
            self._exports = {}
            self._exports = {
                intrinsics.canonical(export): (stack, output.get("Value"))
                for stack in self.project.stacks.values()
                for output in stack.outputs.values()
                if isinstance(output, dict)
                and (export := self.evaluate(stack, section(output, "Export").get("Name")))
                is not None
            }
        key = intrinsics.canonical(name)
        if key not in self._exports or ("", key) in self._asked:
            return Unknown(Cause.IMPORT, name if isinstance(name, str) else key)
        stack, data = self._exports[key]
        self._asked.add(("", key))
        value = self.evaluate(stack, data, depth)
        self._asked.discard(("", key))
        return value


def is_function(data: Mapping[str, Data]) -> bool:
    """Tell whether a mapping is a call of an intrinsic function."""
    if len(data) != 1:
        return False
    (name,) = data
    return name == "Ref" or name.startswith("Fn::")


def choose(data: Data, truths: Truths) -> Data:
    """Return what the `Fn::If`s around a piece of data come to."""
    for _ in range(_DEEPEST):
        if not isinstance(data, dict) or len(data) != 1 or "Fn::If" not in data:
            return data
        argument = data["Fn::If"]
        if not isinstance(argument, list) or len(argument) != 3:
            return data
        name = argument[0]
        if isinstance(name, dict) and len(name) == 1 and "Condition" in name:
            name = name["Condition"]
        if not isinstance(name, str):
            return data
        data = argument[1] if truths[name] else argument[2]
    return None


def step_into(value: Value, path: tuple[str | int, ...]) -> Value:
    """Go down a resolved value; something unknown on the way is the answer."""
    for key in path:
        if isinstance(value, (Unknown, Text, Reference)):
            return value if isinstance(value, Unknown) else Unknown(Cause.FUNCTION)
        if isinstance(value, dict):
            value = value.get(str(key))
        elif isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
            value = value[key]
        else:
            return None
    return value


def as_parameter(parameter: Parameter, value: Data) -> Value:
    """Return a parameter's text as its type has it."""
    text = scalar_text(value)
    if parameter.is_list:
        return [item.strip() for item in text.split(",")] if text else []
    return text
