"""Changes parameters of a deployed stack, and nothing else of it."""

from dataclasses import dataclass

# No alarm rolls the update back. CloudFormation uses those of the last deployment if it is told nothing.
NO_ALARMS = {"RollbackTriggers": [], "MonitoringTimeInMinutes": 0}


def values_of(described: dict) -> dict[str, str]:
    """The parameters of a stack as `describe_stacks` has it."""
    return {one["ParameterKey"]: one["ParameterValue"] for one in described.get("Parameters", [])}


def outputs_of(described: dict) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}


@dataclass
class Stack:
    cloudformation: object
    name: str
    capabilities: list[str]

    def described(self) -> dict:
        (found,) = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        return found

    def values(self) -> dict[str, str]:
        return values_of(self.described())

    def outputs(self) -> dict[str, str]:
        return outputs_of(self.described())

    def change(self, wanted: dict[str, str]) -> None:
        """Gives parameters other values, and waits until the stack has them. The others stay as they are."""
        found = self.values()
        if all(found[name] == value for name, value in wanted.items()):
            return
        others = [{"ParameterKey": name, "UsePreviousValue": True} for name in found if name not in wanted]
        changed = [{"ParameterKey": name, "ParameterValue": value} for name, value in wanted.items()]
        self.cloudformation.update_stack(
            StackName=self.name,
            UsePreviousTemplate=True,
            Parameters=[*others, *changed],
            Capabilities=self.capabilities,
            # Who changes parameters alone has a reason to, most of all while alarms ring.
            RollbackConfiguration=NO_ALARMS,
        )
        self.cloudformation.get_waiter("stack_update_complete").wait(StackName=self.name)
