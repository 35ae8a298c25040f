"""Which updates of a stack CloudFormation is told to refuse."""

import json

import pytest
from botocore.stub import ANY, Stubber

import protect
import recorded
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


CAPABILITIES = stages.settings_of("prod")["capabilities"]
STACK = {"StackName": "invite-users"}


def described(status: str, refuse: str) -> dict:
    parameters = [
        {"ParameterKey": "SenderAddress", "ParameterValue": "no-reply@agency.gov.sg"},
        {"ParameterKey": "RefuseDeletion", "ParameterValue": refuse},
    ]
    return {"Stacks": [{**STACK, "StackStatus": status, "CreationTime": "2026-11-01", "Parameters": parameters}]}


@pytest.fixture
def stubbed():
    client = recorded.client("cloudformation")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def expect_protection_of_the_stack(stubber: Stubber) -> None:
    stubber.add_response("set_stack_policy", {}, {**STACK, "StackPolicyBody": ANY})
    stubber.add_response("update_termination_protection", {}, {**STACK, "EnableTerminationProtection": True})


def test_after_the_first_deployment_table_and_pool_refuse_to_be_deleted(stubbed, capsys):
    client, stubber = stubbed
    stubber.add_response("describe_stacks", described("CREATE_COMPLETE", "false"), STACK)
    changed = {
        **STACK,
        "UsePreviousTemplate": True,
        "Parameters": [
            {"ParameterKey": "SenderAddress", "UsePreviousValue": True},
            {"ParameterKey": "RefuseDeletion", "ParameterValue": "true"},
        ],
        "Capabilities": CAPABILITIES,
        "RollbackConfiguration": {"RollbackTriggers": [], "MonitoringTimeInMinutes": 0},
    }
    stubber.add_response("update_stack", {}, changed)
    stubber.add_response("describe_stacks", described("UPDATE_COMPLETE", "true"), STACK)
    expect_protection_of_the_stack(stubber)
    protect.protect(client, "invite-users", CAPABILITIES)
    assert capsys.readouterr().out == "The data of invite-users is protected from updates and deletion.\n"


def test_a_stack_that_is_protected_is_not_updated_again(stubbed):
    client, stubber = stubbed
    stubber.add_response("describe_stacks", described("UPDATE_COMPLETE", "true"), STACK)
    expect_protection_of_the_stack(stubber)
    protect.protect(client, "invite-users", CAPABILITIES)


@pytest.mark.parametrize("stage", ["dev", "prod", "local"])
def test_no_stage_sets_what_a_failed_first_deployment_must_not_have(stage):
    given = stages.settings_of(stage).get("parameter_overrides", [])
    assert not [one for one in given if one.startswith(f"{protect.REFUSE_DELETION}=")]
    assert stages.parameters_of(stage)[protect.REFUSE_DELETION] == "false"


def test_a_stage_whose_data_goes_with_its_stack_is_left_alone(monkeypatch):
    monkeypatch.setattr(protect, "protect", lambda *_: 1 / 0)
    protect.main("dev")
