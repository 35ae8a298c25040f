"""A stage of the service: what `infra/samconfig.toml` tells `sam deploy`, and the template's defaults for the rest."""

from pathlib import Path

INFRA = Path(__file__).resolve().parent
TEMPLATE = INFRA.parent / "template.yaml"


def settings_of(stage: str) -> dict:
    """What `sam deploy` is told for a stage."""
    import tomlkit

    stages = tomlkit.parse((INFRA / "samconfig.toml").read_text())
    return stages[stage]["deploy"]["parameters"].unwrap()


def given_to(stage: str) -> dict[str, str]:
    """The parameters that a stage sets."""
    return dict(one.split("=", 1) for one in settings_of(stage).get("parameter_overrides", []))


def parameters_of(stage: str) -> dict[str, str]:
    """The value of each parameter of the template."""
    given = given_to(stage)
    declared = template()["Parameters"]
    return {name: given.get(name, str(about.get("Default", ""))) for name, about in declared.items()}


def template() -> dict:
    from samtranslator.yaml_helper import yaml_parse

    return yaml_parse(TEMPLATE.read_text())
