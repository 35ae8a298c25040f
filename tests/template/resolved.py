"""The template as CloudFormation has it for one stack: with its parameters and conditions, and without what it has not.

References between resources stay as they are, because only AWS knows what they become.
"""

import re
from functools import cached_property

from rendered import SOURCE, TEMPLATE

ACCOUNT, REGION = "123456789012", "ap-southeast-1"
NO_VALUE = {"Ref": "AWS::NoValue"}
# In the text of `Fn::Sub`, `${!Literal}` is no reference.
NAMES = re.compile(r"\$\{([^!}]+)\}")


class Stack:
    def __init__(self, name: str = "invite-users", **parameters: str):
        unknown = set(parameters) - set(SOURCE["Parameters"])
        assert not unknown, f"{unknown} are no parameters"
        defaults = {key: about.get("Default", f"<{key}>") for key, about in SOURCE["Parameters"].items()}
        self.values = {
            **{key: str(value) for key, value in {**defaults, **parameters}.items()},
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
            "AWS::StackName": name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        self.resources = {
            key: self.resolved({part: value for part, value in about.items() if part != "Condition"})
            for key, about in TEMPLATE["Resources"].items()
            if "Condition" not in about or self.holds({"Condition": about["Condition"]})
        }

    def properties(self, name: str) -> dict:
        return self.resources[name].get("Properties", {})

    def of_type(self, kind: str) -> dict[str, dict]:
        return {name: r for name, r in self.resources.items() if r["Type"] == kind}

    def holds(self, condition) -> bool:
        """Whether a condition is true."""
        if isinstance(condition, str):
            return self.holds(TEMPLATE["Conditions"][condition])
        ((operator, operands),) = condition.items()
        if operator == "Condition":
            return self.holds(operands)
        if operator == "Fn::Equals":
            first, second = (self.resolved(operand) for operand in operands)
            return first == second
        of_all = {"Fn::Not": lambda found: not found[0], "Fn::And": all, "Fn::Or": any}[operator]
        return of_all([self.holds(operand) for operand in operands])

    def resolved(self, value):
        if isinstance(value, list):
            return [found for found in map(self.resolved, value) if found != NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((key, operand),) = value.items()
            if key == "Ref" and operand in self.values:
                return self.values[operand]
            if key == "Fn::If":
                condition, yes, no = operand
                return self.resolved(yes if self.holds(condition) else no)
            if key == "Fn::Sub":
                return self.substituted(operand)
            if key in ("Fn::Split", "Fn::Select", "Fn::Join"):
                return self.applied(key, [self.resolved(part) for part in operand])
        found = {key: self.resolved(part) for key, part in value.items()}
        return {key: part for key, part in found.items() if part != NO_VALUE}

    def substituted(self, operand):
        text, own = operand if isinstance(operand, list) else (operand, {})
        known = {
            **self.values,
            **{key: found for key, part in own.items() if isinstance(found := self.resolved(part), str)},
        }
        text = NAMES.sub(lambda name: known.get(name[1], name[0]), text)
        left = {key: self.resolved(part) for key, part in own.items() if key not in known}
        return text if not NAMES.search(text) else {"Fn::Sub": [text, left] if left else text}

    @staticmethod
    def applied(key: str, operands: list):
        """A function of texts, unless AWS alone knows one of them."""
        first, second = operands
        if key == "Fn::Split" and isinstance(second, str):
            return second.split(first)
        if key == "Fn::Select" and isinstance(second, list):
            return second[int(first)]
        if key == "Fn::Join" and isinstance(second, list) and all(isinstance(part, str) for part in second):
            return first.join(second)
        return {key: operands}

    @cached_property
    def needs(self) -> dict[str, set[str]]:
        """The resources that are created before each one."""
        found = {}
        for name, about in self.resources.items():
            depends = about.get("DependsOn", [])
            named = {*(depends if isinstance(depends, list) else [depends]), *referred_in(about.get("Properties", {}))}
            found[name] = (named & set(self.resources)) - {name}
        return found


def referred_in(value):
    """What the intrinsics of a value refer to."""
    if isinstance(value, list):
        for part in value:
            yield from referred_in(part)
    if not isinstance(value, dict):
        return
    for key, operand in value.items():
        if key == "Ref":
            yield operand
        elif key == "Fn::GetAtt":
            yield (operand[0] if isinstance(operand, list) else operand).split(".")[0]
        elif key == "Fn::Sub":
            text = operand[0] if isinstance(operand, list) else operand
            yield from (name.split(".")[0] for name in NAMES.findall(text))
            yield from referred_in(operand)
        else:
            yield from referred_in(operand)
