"""Hands an operator's command to the function `operate`, and prints what it says: `operate.py STAGE COMMAND…`.

docs/RUNBOOK.md says when to use which. A word that begins with @ names a file, whose text takes its place.
"""

import json
import sys
from pathlib import Path

import stages

INFRA = Path(__file__).resolve().parent

# An invocation is waited for to its end, and never repeated by the client: its operator decides.
WAITING = {"read_timeout": 75, "retries": {"total_max_attempts": 1}}


class Operator:
    """Who operates a stack, with clients of its AWS."""

    def __init__(self, client, function: str):
        self.functions = client("lambda", **WAITING)
        self.function = function
        self.name = client("sts").get_caller_identity()["Arn"]

    def do(self, *words: str) -> int:
        """Prints what the command says, part after part; the code to exit with."""
        cursor = None
        while True:
            answer = self.invoke({"words": words, "by": self.name, "cursor": cursor})
            print(answer["text"], end="", flush=True)
            if answer["error"]:
                print(answer["error"], file=sys.stderr)
            cursor = answer["cursor"]
            if cursor is None:
                return answer["code"]

    def invoke(self, request: dict) -> dict:
        answer = self.functions.invoke(FunctionName=self.function, Payload=json.dumps(request))
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            sys.exit(f"the function failed: {said['errorMessage']}; the command may have been done all the same")
        return said


def clients_of(stage: str):
    """What makes clients of the stack of `make up`, or of AWS with the credentials at hand."""
    if stage == stages.LOCAL:
        sys.path.insert(0, str(INFRA / "local"))
        import stack

        return stack.client
    import boto3
    from botocore.config import Config

    session = boto3.Session(region_name=stages.settings_of(stage)["region"])
    return lambda service, **config: session.client(service, config=Config(**config))


def operator_of(stage: str) -> Operator:
    client = clients_of(stage)
    return Operator(client, stages.stack_of(stage, client).outputs()["OperateFunctionName"])


def text_of(word: str) -> str:
    return Path(word[1:]).read_text() if word.startswith("@") else word


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("operate.py STAGE COMMAND…")
    sys.exit(operator_of(sys.argv[1]).do(*map(text_of, sys.argv[2:])))
