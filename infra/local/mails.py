"""`make mails`: what SES took, as people read it; `TO=somebody@agency.gov.sg` for one mailbox."""

import html
import re
import sys

import requests

from stack import ENDPOINT, stop

# More of them are a list and no reading matter.
LATEST = 20


def outbox() -> list[dict]:
    """Every mail that the emulator took, oldest first."""
    try:
        accounts = requests.get(f"{ENDPOINT}/_ministack/ses/messages", timeout=10).json()["messages"]
    except requests.ConnectionError:
        stop("Nothing runs here: `make up` starts it.")
    return sorted((mail for mails in accounts.values() for mail in mails), key=lambda mail: mail["Timestamp"])


def text_of(mail: dict) -> str:
    """The words of a mail, a paragraph or a list's entry on each line."""
    if mail["BodyText"]:
        return mail["BodyText"].strip()
    broken = re.sub(r"</(p|li|h1)>|<br>", "\n", re.sub(r"\s+", " ", mail["BodyHtml"])).replace("<li>", "- ")
    lines = [html.unescape(re.sub(r"<[^>]+>", "", line)).strip() for line in broken.splitlines()]
    return "\n".join(line for line in lines if line)


def main(address: str) -> None:
    found = [mail for mail in outbox() if not address or address.lower() in (to.lower() for to in mail["To"])]
    for mail in found[-LATEST:]:
        print(f"From     {mail['Source']}\nTo       {', '.join(mail['To'])}\nSubject  {mail['Subject']}\n")
        print("\n".join(f"    {line}" for line in text_of(mail).splitlines()), end="\n\n")
    left = len(found) - LATEST
    print(f"{len(found)} mails" + (f", the latest {LATEST} of them above." if left > 0 else "."))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
