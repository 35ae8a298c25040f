"""Notes what the emulator's IAM is asked by functions.

One line of JSON for each distinct question: the access key, the action, the resource, and whether it was allowed. The
decisions are the emulator's own; tests/e2e compares what was asked with what template.yaml grants.

Wraps `ministack.core.iam_evaluator.enforce`: what a request needs is decided there, and no answer tells it.

MiniStack would have to offer: its decisions in a log or by an API. CloudTrail's events, which it does record, have the
call and neither its actions nor the resource.
"""

import json
from pathlib import Path

from ministack.core import iam_evaluator

import internals

# Functions have the temporary keys of their roles; everybody else here is root, who may do everything.
OF_ROLES = "ASIA"


def install(folder: Path) -> None:
    notes = folder / "decisions.jsonl"
    decide = internals.function(
        iam_evaluator,
        "enforce",
        *("access_key_id", "iam_action", "service", "region", "resource_arn", "service_context"),
    )
    seen = set()

    def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        denied = decide(access_key_id, iam_action, service, region, resource_arn, service_context)
        question = (access_key_id, iam_action, resource_arn, denied is None)
        if (access_key_id or "").startswith(OF_ROLES) and question not in seen:
            seen.add(question)
            note = dict(zip(("key", "action", "resource", "allowed"), question, strict=True))
            with notes.open("a") as file:
                print(json.dumps(note), file=file)
        return denied

    iam_evaluator.enforce = enforce
