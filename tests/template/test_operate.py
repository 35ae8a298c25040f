"""What operators' commands compute is what the functions compute."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "infra"))

import operate  # noqa: E402 - found through the path above.


def test_a_mailbox_is_found_under_the_key_that_the_functions_make():
    """The same sum stands in the tests of shared/domain/src/keys.rs."""
    secret = {"SecretString": json.dumps({"master": "a secret of the tests"})}
    secrets = SimpleNamespace(get_secret_value=lambda SecretId: secret)  # noqa: N803 - AWS's spelling.
    stack = SimpleNamespace(client=lambda service: secrets, outputs={"KeysSecretId": "keys"})
    for address in ["ada.tan@agency.gov.sg", "Ada.Tan+work@Agency.gov.sg"]:
        assert operate.mailbox_key(stack, address) == "bf5a3722cd4b8baf77d3a5eb508db73f66dd216b572941e7fdcbf634abaf4726"
