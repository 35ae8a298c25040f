"""`make up`: builds, starts the emulator, deploys, seeds, and says where to look."""

import json
import os

import emulator
from build import build
from deploy import deploy
from seed import seed
from stack import LOCAL, OUTPUTS


def main() -> None:
    emulator.check_port()
    LOCAL.mkdir(parents=True, exist_ok=True)
    build()
    emulator.start()
    stack = deploy()
    stack["DemoOfficers"] = seed(stack)
    # Passwords of this machine's demo people are in it.
    with os.fdopen(os.open(OUTPUTS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(stack, file, indent=2)
    print(f"\nPortal   {stack['PortalUrl']}/")
    print(f"API      {stack['ApiUrl']}")
    print("Sign in")
    for person in stack["DemoOfficers"]:
        print(f"         {person['email']:32} {person['password']}   ({person['role']})")
    print(f"Outputs  {OUTPUTS}\n")
    print(
        "`make mails` shows what was mailed, `make logs` what functions say; `make down` stops all of it.\n", flush=True
    )


if __name__ == "__main__":
    main()
