"""What `make undeploy` says and does, with recorded answers that botocore holds against AWS's own model."""

import json

import pytest
from botocore.stub import Stubber

import recorded
import undeploy

STACK = {"StackName": "invite-users"}
STACK_ID = "arn:aws:cloudformation:ap-southeast-1:123456789012:stack/invite-users/0a1b"
BY_ID = {"StackName": STACK_ID}
SUMMARIES = [
    ("Table", "invite-users-Table-1A2B", "AWS::DynamoDB::Table"),
    ("SubmitInvites", "invite-users-SubmitInvites-1A2B", "AWS::Lambda::Function"),
    ("Sweep", "invite-users-Sweep-1A2B", "AWS::Lambda::Function"),
    ("UploadBucket", "invite-users-uploads-123456789012-ap-southeast-1", "AWS::S3::Bucket"),
]
QUESTION = "Type the name of the stack to delete it (invite-users): "


def described(status: str, **more) -> dict:
    found = {**STACK, "StackId": STACK_ID, "StackStatus": status, "CreationTime": "2026-11-01", **more}
    return {"Stacks": [found]}


def template(policy: str) -> dict:
    """botocore makes an object of the text of a template in JSON."""
    resources = {name: {"Type": kind} for name, _, kind in SUMMARIES}
    for kept in ["Table", "UploadBucket"]:
        resources[kept]["DeletionPolicy"] = policy
    return {"TemplateBody": json.dumps({"Resources": resources})}


class Stack:
    """A stack that gives recorded answers, in the order in which they are asked for."""

    def __init__(self, policy: str = "RetainExceptOnCreate", **about):
        self.client = recorded.client("cloudformation")
        self.stubber = Stubber(self.client)
        self.stubber.activate()
        self.stubber.add_response("describe_stacks", described("UPDATE_COMPLETE", **about), STACK)
        self.stubber.add_response("get_template", template(policy), {**STACK, "TemplateStage": "Processed"})
        summaries = [
            {
                "LogicalResourceId": logical,
                "PhysicalResourceId": physical,
                "ResourceType": kind,
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": "2026-11-01",
            }
            for logical, physical, kind in SUMMARIES
        ]
        # A page has at most a hundred.
        self.stubber.add_response(
            "list_stack_resources", {"StackResourceSummaries": summaries[:2], "NextToken": "more"}, STACK
        )
        self.stubber.add_response(
            "list_stack_resources", {"StackResourceSummaries": summaries[2:]}, {**STACK, "NextToken": "more"}
        )

    def deleted_after(self, typed: str) -> int:
        code = undeploy.undeploy(self.client, "invite-users", {QUESTION: typed}.__getitem__)
        self.stubber.assert_no_pending_responses()
        return code


def test_what_is_deleted_and_what_is_kept_is_said_before_the_question(capsys):
    stack = Stack()
    assert stack.deleted_after("") == 1
    said = capsys.readouterr().out
    assert "Deleted with invite-users: 2 resources.\n    2 AWS::Lambda::Function\n" in said
    assert "Kept: 2 resources.\n  Table                    invite-users-Table-1A2B\n" in said
    assert "  UploadBucket             invite-users-uploads-123456789012-ap-southeast-1\n" in said
    assert "DATA IS DELETED" not in said


@pytest.mark.parametrize("typed", ["", "y", "yes", "invite-users-dev", "Invite-Users"])
def test_without_the_name_of_the_stack_nothing_is_changed(capsys, typed):
    assert Stack(EnableTerminationProtection=True).deleted_after(typed) == 1
    assert capsys.readouterr().out.endswith("Nothing was changed.\n")


def test_the_stack_is_deleted_after_its_protection_is_taken_off(capsys):
    stack = Stack(EnableTerminationProtection=True)
    stack.stubber.add_response("update_termination_protection", {}, {**STACK, "EnableTerminationProtection": False})
    stack.stubber.add_response("delete_stack", {}, BY_ID)
    stack.stubber.add_response("describe_stacks", described("DELETE_COMPLETE"), BY_ID)
    assert stack.deleted_after("invite-users") == 0
    assert 'docs/OPERATIONS.md, "Deleting a stage"' in capsys.readouterr().out


def test_a_stack_without_protection_is_deleted_as_it_is():
    stack = Stack()
    stack.stubber.add_response("delete_stack", {}, BY_ID)
    stack.stubber.add_response("describe_stacks", described("DELETE_COMPLETE"), BY_ID)
    assert stack.deleted_after("invite-users") == 0


def test_a_stage_whose_data_goes_with_its_stack_says_so(capsys):
    assert Stack("Delete").deleted_after("") == 1
    said = capsys.readouterr().out
    assert "DATA IS DELETED: the bucket, which must be empty, the table with all invites." in said
    assert "Kept: 0 resources." in said


def test_what_could_not_be_deleted_is_named_with_its_reason(capsys):
    stack = Stack("Delete")
    stack.stubber.add_response("delete_stack", {}, BY_ID)
    stack.stubber.add_response("describe_stacks", described("DELETE_FAILED"), BY_ID)
    event = {"StackId": STACK_ID, "EventId": "1", "StackName": "invite-users", "Timestamp": "2026-11-01"}
    failed = {
        **event,
        "LogicalResourceId": "UploadBucket",
        "ResourceStatus": "DELETE_FAILED",
        "ResourceStatusReason": "The bucket you tried to delete is not empty",
    }
    stack.stubber.add_response("describe_stack_events", {"StackEvents": [failed]}, BY_ID)
    assert stack.deleted_after("invite-users") == 1
    assert "UploadBucket: The bucket you tried to delete is not empty" in capsys.readouterr().out


def test_a_stage_without_a_stack_has_nothing_to_delete(capsys):
    client = recorded.client("cloudformation")
    with Stubber(client) as stubber:
        stubber.add_client_error("describe_stacks", "ValidationError")
        assert undeploy.undeploy(client, "invite-users", {}.__getitem__) == 1
    assert capsys.readouterr().out == "There is no stack invite-users.\n"


@pytest.mark.parametrize(("table", "is_named"), [("invite-users-Table-1A2B", False), ("invite-users-2026", True)])
def test_a_restored_table_is_named_because_it_is_no_resource_of_the_stack(capsys, table, is_named):
    stack = Stack(Outputs=[{"OutputKey": "TableName", "OutputValue": table}])
    assert undeploy.undeploy(stack.client, "invite-users", lambda _: "") == 1
    assert ("the restored table invite-users-2026" in capsys.readouterr().out) == is_named
