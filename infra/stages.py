"""A stage of the service: what `infra/samconfig.toml` tells `sam deploy`, and the template's defaults for the rest."""

import sys
from pathlib import Path

from parameters import Stack

INFRA = Path(__file__).resolve().parent
TEMPLATE = INFRA.parent / "template.yaml"


# The stack of `make up`, which has the name of the production stack and is in no AWS account.
LOCAL = "local"


def check_is_on_aws(stage: str) -> None:
    """Ends the script with a sentence, unless the stage is one that is deployed to AWS."""
    if stage == LOCAL:
        sys.exit(f"STAGE={LOCAL} is the stack of this machine: `make up` starts it, and `make down` stops it.")
    if stage not in named():
        known = ", ".join(sorted(set(named()) - {LOCAL}))
        sys.exit(f"infra/samconfig.toml has no stage {stage}; it has {known}.")


def stack_of(stage: str, client) -> Stack:
    """The deployed stack of a stage, with a client that `client` makes."""
    settings = settings_of(stage)
    return Stack(client("cloudformation"), settings["stack_name"], settings["capabilities"])


def named() -> dict:
    import tomlkit

    read = tomlkit.parse((INFRA / "samconfig.toml").read_text()).unwrap()
    return {name: block for name, block in read.items() if isinstance(block, dict)}


def settings_of(stage: str) -> dict:
    """What `sam deploy` is told for a stage."""
    return named()[stage]["deploy"]["parameters"]


def given_to(stage: str) -> dict[str, str]:
    """The parameters that a stage sets."""
    return dict(one.split("=", 1) for one in settings_of(stage).get("parameter_overrides", []))


def parameters_of(stage: str) -> dict[str, str]:
    """The value of each parameter of the template."""
    given = given_to(stage)
    declared = template()["Parameters"]
    return {name: given.get(name, str(about.get("Default", ""))) for name, about in declared.items()}


def reserved() -> list[str]:
    """The functions that `ApiReserve` is for."""
    return [
        name
        for name, resource in template()["Resources"].items()
        if "ReservedConcurrentExecutions" in resource.get("Properties", {})
    ]


def template() -> dict:
    from samtranslator.yaml_helper import yaml_parse

    return yaml_parse(TEMPLATE.read_text())
