"""Which stages the commands for AWS take."""

import pytest

import preflight
import stages
import undeploy
import watched

COMMANDS = {
    "preflight": lambda stage: preflight.main(stage, True),
    "undeploy": undeploy.main,
    "watched": lambda stage: watched.main(stage, True),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_stack_of_this_machine_is_not_looked_for_on_aws(command):
    """It has the name of the production stack."""
    names = [stages.settings_of(stage)["stack_name"] for stage in ("local", "prod")]
    assert len(set(names)) == 1
    with pytest.raises(SystemExit, match="STAGE=local is the stack of this machine"):
        COMMANDS[command]("local")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_stage_that_does_not_exist_is_named_with_those_that_do(command):
    with pytest.raises(SystemExit, match="has no stage production; it has dev, prod"):
        COMMANDS[command]("production")


def test_a_stage_has_its_settings():
    assert stages.settings_of("dev")["stack_name"] == "invite-users-dev"
    assert "version" not in stages.named()
