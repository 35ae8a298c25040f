"""Which updates of a stack CloudFormation is told to refuse."""

import json

import boto3
from botocore.stub import ANY, Stubber

import protect
import stages

# What CloudFormation takes, in bytes.
MAX_POLICY = 16384


def test_everything_that_outlives_a_stack_is_protected():
    template = stages.template()
    kept = {name for name, resource in template["Resources"].items() if "DeletionPolicy" in resource}
    assert kept == set(protect.data_of(template))
    assert {"Table", "UserPool", "SeedGroup", "UploadBucket", "Keys"} <= kept


def test_data_is_neither_replaced_nor_deleted_and_all_else_may_change():
    template = stages.template()
    allowed, denied = protect.policy_of(template)["Statement"]
    assert (allowed["Effect"], allowed["Action"], allowed["Resource"]) == ("Allow", "Update:*", "*")
    assert (denied["Effect"], denied["Action"]) == ("Deny", ["Update:Replace", "Update:Delete"])
    assert denied["Resource"] == [f"LogicalResourceId/{name}" for name in protect.data_of(template)]
    assert len(json.dumps(protect.policy_of(template)).encode()) <= MAX_POLICY


def test_the_policy_is_set_on_the_stack(capsys):
    client = boto3.client(
        "cloudformation", region_name="ap-southeast-1", aws_access_key_id="id", aws_secret_access_key="secret"
    )
    with Stubber(client) as stubber:
        stubber.add_response("set_stack_policy", {}, {"StackName": "invite-users", "StackPolicyBody": ANY})
        protect.protect(client, "invite-users")
        stubber.assert_no_pending_responses()
    assert capsys.readouterr().out == "The data of invite-users is protected from updates.\n"


def test_a_stage_whose_data_goes_with_its_stack_is_left_alone(monkeypatch):
    monkeypatch.setattr(protect, "protect", lambda *_: 1 / 0)
    protect.main("dev")
