"""What CloudFormation is given: the template after the SAM transform. Tests here check what it promises."""

import json
import re
from pathlib import Path

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent.parent


class ManagedPolicies:
    """The transform asks for managed policies even if it adds none."""

    def load(self) -> dict[str, str]:
        return {}


def render() -> dict:
    source = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in source["Resources"].values():
        # The transform insists on code in a bucket; which bucket does not matter here.
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return transform(source, {}, ManagedPolicies())


SOURCE = yaml_parse((ROOT / "template.yaml").read_text())
with pytest.MonkeyPatch.context() as region:
    region.setenv("AWS_DEFAULT_REGION", "ap-southeast-1")
    TEMPLATE = render()


def of_type(kind: str) -> dict[str, dict]:
    return {name: r for name, r in TEMPLATE["Resources"].items() if r["Type"] == kind}


def properties(name: str) -> dict:
    return TEMPLATE["Resources"][name]["Properties"]


def referred(value) -> str:
    """The resource that an intrinsic points at."""
    if "Ref" in value:
        return value["Ref"]
    target = value["Fn::GetAtt"]
    return target[0] if isinstance(target, list) else target.split(".")[0]


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


FUNCTIONS = of_type("AWS::Lambda::Function")
ROLES = of_type("AWS::IAM::Role")
QUEUES = of_type("AWS::SQS::Queue")
ALARMS = of_type("AWS::CloudWatch::Alarm")
STREAMS, MAPPINGS = {}, {}
for name, mapping in of_type("AWS::Lambda::EventSourceMapping").items():
    (STREAMS if "StartingPosition" in mapping["Properties"] else MAPPINGS)[name] = mapping
API = properties("Api")["Body"]
ROUTES = [(method, path) for path, methods in API["paths"].items() for method in methods if method != "options"]
WORK_QUEUES = [name for name, queue in QUEUES.items() if "RedrivePolicy" in queue["Properties"]]
DEAD_LETTERS = [name for name in QUEUES if name not in WORK_QUEUES]


# A role has a policy for what the function's code does, and one for what Lambda itself does in the function's name.
CODE, LAMBDA = "code", "lambda"


def statements(function: str, policy: str = CODE) -> list[dict]:
    role = referred(FUNCTIONS[function]["Properties"]["Role"])
    policies = [p for p in properties(role)["Policies"] if p["PolicyName"] == policy]
    # What depends on a condition is the use of a key, which test_key.py checks.
    return [s for p in policies for s in p["PolicyDocument"]["Statement"] if "Fn::If" not in s]


def actions(function: str) -> set[str]:
    return {action for statement in statements(function) for action in listed(statement["Action"])}


def referred_function(method: dict) -> str:
    return re.search(r"\$\{(\w+)\.Arn\}", json.dumps(method["x-amazon-apigateway-integration"]["uri"])).group(1)
