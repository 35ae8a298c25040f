"""Deploys template.yaml, as it is, into the emulator."""

import hashlib
import json
import os
import platform
import subprocess
import sys
import time

from progress import Progress
from stack import BUILD, ENDPOINT, LOCAL, NAME, REGION, ROOT, ROOT_KEY, TOOLS, client, step, stop

sys.path.append(str(ROOT / "infra" / "emulator"))

import cognito_mail
import fixups

TEMPLATE = ROOT / "template.yaml"
SCRIPTS = [ROOT / "infra" / "local", ROOT / "infra" / "emulator"]
# The domain that mail comes from, as its owner would have verified it before the first deployment.
SENDER_IDENTITY = "invite.example.gov.sg"
LOG = LOCAL / "deploy.log"
# Says from what the running stack was deployed; written when all of it is done.
DONE = LOCAL / "deployed"
BROKEN_OFF_SECONDS = 120


def deploy() -> dict[str, str]:
    """The stack's outputs, after the deployment."""
    wait_for_other_deployment()
    digest = what_is_deployed()
    if is_there(digest):
        print("[deploy] nothing has changed", flush=True)
        api_id = deployed_api()
    else:
        DONE.unlink(missing_ok=True)
        remove_failed()
        api_id = deploy_changes()
        DONE.write_text(f"{digest} {describe()['StackId']}")
    found = stack_outputs()
    found["ApiUrl"] = f"{portal_url(api_id)}/api"
    found["AwsEndpointUrl"] = ENDPOINT
    found["Region"] = REGION
    return found


def deploy_changes() -> str:
    """The id of the API, after the deployment."""
    with step("deploy"):
        client("sesv2").create_email_identity(EmailIdentity=SENDER_IDENTITY)
        api_id = deployed_api() or wanted_api()
        sam_deploy(api_id)
        # A changed API is a new one to the emulator, and its id is part of the portal's address there.
        if deployed_api() != api_id:
            api_id = deployed_api()
            sam_deploy(api_id)
        fixups.apply(api_id)
        cognito_mail.check(stack_outputs()["UserPoolId"])
    return api_id


def sam_deploy(api_id: str) -> None:
    parameters = {
        "Architecture": {"arm64": "arm64", "aarch64": "arm64"}.get(platform.machine(), "x86_64"),
        "PortalUrl": portal_url(api_id),
        "SignInUrl": ENDPOINT,
        "SenderAddress": f"no-reply@{SENDER_IDENTITY}",
        "SenderIdentity": SENDER_IDENTITY,
        "SupportAddress": f"help@{SENDER_IDENTITY}",
        "AllowPasswordAuth": "true",
        "RequireTls": "false",
        "DataDeletionPolicy": "Delete",
        "LogRetentionDays": "7",
        # Here one officer does the work of many, in tests and benches.
        "InvitesPerHour": "100000",
        "InvitesPerDay": "1000000",
        "BatchPeoplePerDay": "10000000",
    }
    command = [
        *(TOOLS / "sam" / "bin" / "sam", "deploy"),
        *("--template-file", TEMPLATE),
        *("--config-file", ROOT / "infra" / "samconfig.toml"),
        *("--config-env", "local"),
        # The emulator gives a new API the id that this tag names.
        *("--tags", f"ms-custom-id={wanted_api()}"),
        "--parameter-overrides",
        *(f"{name}={value}" for name, value in parameters.items()),
    ]
    environment = {
        **os.environ,
        **ROOT_KEY,
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AWS_DEFAULT_REGION": REGION,
        "SAM_CLI_TELEMETRY": "0",
    }
    environment.pop("AWS_SESSION_TOKEN", None)
    environment.pop("AWS_PROFILE", None)
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        code = follow(process)
    if code != 0:
        stop(f"The stack could not be deployed.\n{failure()}\nEverything that was said is in {LOG}.")


def follow(process: subprocess.Popen) -> int:
    """Shows what `sam` is at until it ends; the code that it ended with."""
    progress = Progress()
    while (code := process.poll()) is None:
        said = [line.strip() for line in LOG.read_text(errors="replace").splitlines()]
        progress.show(next((line[:100] for line in reversed(said) if line.strip("-=")), "sam starts"))
        time.sleep(0.5)
    progress.end()
    return code


def what_is_deployed() -> str:
    """A digest of everything that a deployment is made from."""
    parts = [
        TEMPLATE,
        ROOT / "infra" / "samconfig.toml",
        *(path for folder in SCRIPTS for path in folder.glob("*.py")),
        *BUILD.glob("*/bootstrap"),
    ]
    digest = hashlib.sha256(ENDPOINT.encode())
    for path in sorted(parts):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_there(digest: str) -> bool:
    """Whether the stack that runs was deployed from the same, to the end."""
    found = describe()
    settled = found.get("StackStatus") in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    return settled and DONE.exists() and DONE.read_text() == f"{digest} {found['StackId']}"


def portal_url(api_id: str) -> str:
    return f"{ENDPOINT}/restapis/{api_id}/v1/_user_request_"


def wanted_api() -> str:
    """Eight hexadecimal digits that change with the template, because the emulator cannot change an API in place."""
    return hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()[:8]


def deployed_api() -> str | None:
    url = stack_outputs().get("ApiUrl")
    return url.split("//")[1].split(".")[0] if url else None


def stack_outputs() -> dict[str, str]:
    found = describe()
    return {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}


def describe() -> dict:
    formation = client("cloudformation")
    try:
        return formation.describe_stacks(StackName=NAME)["Stacks"][0]
    except formation.exceptions.ClientError:
        return {}


def wait_for_other_deployment() -> None:
    """One that was broken off may still be under way in the emulator."""
    deadline = time.monotonic() + BROKEN_OFF_SECONDS
    while (status := describe().get("StackStatus", "")).endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        if time.monotonic() > deadline:
            stop(f"An earlier deployment does not end ({status}): `make down`, delete {LOCAL}, and try again.")
        time.sleep(0.5)


def remove_failed() -> None:
    """A first deployment that failed leaves a stack that cannot be updated, only removed."""
    if describe().get("StackStatus") in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED"):
        with step("remove what failed"):
            client("cloudformation").delete_stack(StackName=NAME)
            deadline = time.monotonic() + 60
            while describe().get("StackStatus", "DELETE_COMPLETE") != "DELETE_COMPLETE" and time.monotonic() < deadline:
                time.sleep(0.2)


def failure() -> str:
    """The reasons that the stack itself gives, or the end of what `sam` said."""
    try:
        events = client("cloudformation").describe_stack_events(StackName=NAME)["StackEvents"]
    except Exception:
        events = []
    reasons = [
        f"  {e['LogicalResourceId']}: {e['ResourceStatusReason']}"
        for e in events
        if "FAILED" in e["ResourceStatus"] and e.get("ResourceStatusReason")
    ]
    return "\n".join(reasons[:5]) or "\n".join(LOG.read_text(errors="replace").splitlines()[-5:])


if __name__ == "__main__":
    print(json.dumps(deploy(), indent=2))
