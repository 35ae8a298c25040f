"""Notes what the emulator's IAM is asked by functions.

One line of JSON for each distinct question: the access key, the action, the resource, and whether it was allowed. The
decisions are the emulator's own; tests/e2e compares what was asked with what template.yaml grants.
"""

import json
from pathlib import Path

from ministack.core import iam_evaluator

# Functions have the temporary keys of their roles; everybody else here is root, whom nothing is refused.
OF_ROLES = "ASIA"


def watch(folder: Path) -> None:
    notes = folder / "decisions.jsonl"
    decide = iam_evaluator.enforce
    seen = set()

    def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        denied = decide(
            access_key_id, iam_action, service, region, resource_arn=resource_arn, service_context=service_context
        )
        question = (access_key_id, iam_action, resource_arn, denied is None)
        if (access_key_id or "").startswith(OF_ROLES) and question not in seen:
            seen.add(question)
            with notes.open("a") as file:
                print(json.dumps(dict(zip(["key", "action", "resource", "allowed"], question))), file=file)
        return denied

    iam_evaluator.enforce = enforce
