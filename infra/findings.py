"""What the preflight asks about, and what it finds."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from botocore.exceptions import ClientError

from aws_error import code_of


@dataclass(frozen=True)
class Finding:
    """Something that should be otherwise, and what to do about it."""

    # Whether the deployment must wait for it.
    blocks: bool
    what: str
    do: str


@dataclass(frozen=True)
class Stage:
    """A stage, and the AWS account that it is deployed to."""

    name: str
    stack: str
    region: str
    parameters: dict[str, str]
    client: Callable
    # Whether alarms may roll the deployment back.
    watch: bool = True

    @property
    def is_production(self) -> bool:
        return self.name == "prod"

    @cached_property
    def deployed(self) -> dict:
        """The stack as it is. Empty: there is none."""
        try:
            return self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
        except ClientError as error:
            if code_of(error) != "ValidationError":
                raise
            return {}

    @property
    def status(self) -> str | None:
        """The status of the stack. `None`: there is none."""
        return self.deployed.get("StackStatus")

    @cached_property
    def account(self) -> str:
        return self.client("sts").get_caller_identity()["Account"]

    def number(self, parameter: str) -> int:
        return int(self.parameters[parameter])


def must(what: str, do: str) -> Finding:
    return Finding(True, what, do)


def should(what: str, do: str) -> Finding:
    return Finding(False, what, do)
