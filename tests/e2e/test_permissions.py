"""Each function may do what it does, and nothing else.

What the roles of the stack grant is compared with what functions asked the emulator's IAM for during the other tests.
"""

import fnmatch
import hashlib
import json
import re

import pytest

import stack
from conftest import aws
from logs import short

# The policy of a role that is for what the function's code does.
CODE = "code"

# Actions of the emulator's own, and what AWS asks for in their place.
IN_AWS = {"sqs:SendMessageBatch": "sqs:SendMessage"}

# Whose dead letters an operator can send again.
LETTERS = [f"{reader}DeadLetters" for reader in ("Dispatch", "Parse", "Provision", "Mail", "Actions", "Webhooks")]

# Granted, and not used here: the function, the action, and a part of the resource.
RESERVED = {
    ("operate", "sqs:SendMessage", "ParseQueue"): "SQS's move task puts announcements back in the function's name",
    **{
        ("operate", action, letters): "SQS's move task takes them in the function's name; the emulator has none"
        for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage")
        for letters in LETTERS
    },
    **{
        (function, action, ""): "accounts of people who seem to be invited are checked from a minute after their invite"
        for function, action in (
            ("manage-batches", "dynamodb:DeleteItem"),
            ("parse-batch", "dynamodb:DeleteItem"),
            ("parse-batch", "cognito-idp:AdminGetUser"),
        )
    },
    **{
        ("parse-batch", action, ""): "S3 itself looks at it when a workbook is gone; the emulator does not"
        for action in ("s3:ListBucket", "s3:ListBucketVersions")
    },
    ("maintain", "s3:DeleteObjectVersion", ""): "workbooks are deleted from a day after they were stored",
    ("provision-user", "cognito-idp:AdminEnableUser", ""): "a holder signs in between two requests of a worker",
    ("maintain", "cognito-idp:AdminGetUser", ""): "accounts are checked from a day after they were created",
    ("maintain", "cognito-idp:AdminRemoveUserFromGroup", ""): "the daily audit finds licences without an invite",
    ("maintain", "sqs:SendMessage", "DispatchQueue"): "a batch is short of invites only through a fault of ours",
    ("maintain", "sqs:SendMessage", "MailQueue"): "an account that nobody recorded is mailed about when it is adopted",
    ("sweep", "dynamodb:Query", "Table"): "the rows of a batch are erased days after its end",
    ("apply-actions", "dynamodb:DeleteItem", ""): "those it would revoke here are accounts, which it may not",
    ("apply-actions", "sqs:SendMessage", "ProvisionQueue"): "a licence is pending when its account is mailed again",
    ("apply-actions", "sqs:SendMessage", "ActionsQueue"): "10,000 invites last longer than one worker",
}


def is_reserved(function: str, action: str, resource: str) -> bool:
    return any((function, action) == (f, a) and part in resource for f, a, part in RESERVED)


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="module")
def functions() -> dict[str, dict]:
    return {short(f["FunctionName"]): f for f in aws("lambda").list_functions()["Functions"]}


@pytest.fixture(scope="module")
def granted(functions) -> set[tuple[str, str, str]]:
    """Function, action and resource of every statement of template.yaml, as the stack has it.

    A role's other policy of the template is for what Lambda does, which here the emulator does by itself.
    """
    found = set()
    for name, function in functions.items():
        role = function["Role"].rsplit("/", 1)[1]
        for policy in aws("iam").list_role_policies(RoleName=role)["PolicyNames"]:
            if policy == CODE:
                document = aws("iam").get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                found |= {
                    (name, a, r)
                    for s in document["Statement"]
                    for a in listed(s["Action"])
                    for r in listed(s["Resource"])
                }
    return found


@pytest.fixture(scope="module")
def asked(functions, outputs) -> list[tuple[str, str, str, bool]]:
    """Function, action, resource and answer of everything that IAM was asked.

    A restored table counts as the stack's own, in whose place it was used.
    """
    restored, own = r"(?<=:table/)invite-users-\d{8}-\d{6}", outputs["TableName"]
    # The emulator derives the key of a function's role from both names.
    key = {
        "ASIA" + hashlib.sha256(f"{f['FunctionArn']}:{f['Role']}".encode()).hexdigest()[:16].upper(): name
        for name, f in functions.items()
    }
    notes = [json.loads(line) for line in (stack.LOCAL / "decisions.jsonl").read_text().splitlines()]
    return [
        (
            key[note["key"]],
            IN_AWS.get(note["action"], note["action"]),
            re.sub(restored, own, note["resource"]),
            note["allowed"],
        )
        for note in notes
        if note["key"] in key
    ]


@pytest.mark.last
def test_every_function_was_at_work(granted, asked):
    # The pages are inside their function, which asks for nothing.
    assert {name for name, *_ in asked} == {name for name, *_ in granted}


@pytest.mark.last
def test_nothing_that_a_function_does_is_refused(asked):
    assert not [question for question in asked if not question[3]]


@pytest.mark.last
def test_everything_that_a_function_does_is_granted_by_the_template(asked, granted):
    """And by nothing that was added for the emulator's sake."""

    def is_granted(name: str, action: str, resource: str) -> bool:
        return any(
            (name, action) == (n, a) and (fnmatch.fnmatchcase(resource, r) or resource == "*") for n, a, r in granted
        )

    assert not {question[:3] for question in asked if not is_granted(*question[:3])}


@pytest.mark.last
def test_everything_that_is_granted_is_done(asked, granted):
    def is_done(name: str, action: str, pattern: str) -> bool:
        return any((name, action) == (n, a) and (fnmatch.fnmatchcase(r, pattern) or r == "*") for n, a, r, _ in asked)

    unused = {(name, action, resource) for name, action, resource in granted if not is_done(name, action, resource)}
    assert not {found for found in unused if not is_reserved(*found)}
    assert len(unused) == len(RESERVED), "what is used needs no reason"
