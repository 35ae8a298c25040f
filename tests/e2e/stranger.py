"""An account that nobody invited: `stranger.py ADDRESS`, on the running stack."""

import sys
import uuid
from pathlib import Path

# The browser's tests run it as a program.
sys.path.append(str(Path(__file__).resolve().parent.parent.parent / "infra" / "local"))

from stack import client, outputs


def account(address: str) -> str:
    """Its name in the directory."""
    attributes = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
    name = f"stranger-{uuid.uuid4().hex[:12]}"
    client("cognito-idp").admin_create_user(
        UserPoolId=outputs()["UserPoolId"], Username=name, MessageAction="SUPPRESS", UserAttributes=attributes
    )
    return name


if __name__ == "__main__":
    account(sys.argv[1])
