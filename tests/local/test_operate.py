"""The operator's client hands words over, and prints what the function says."""

import io
import json
import re
import subprocess

import pytest

import operate
from stages import INFRA

ME = "arn:aws:iam::123456789012:user/night"
DONE = {"text": "", "error": None, "code": 0, "cursor": None}


class Aws:
    """A function that gives these answers, one for each invocation, and the account, which names the caller."""

    def __init__(self, *answers: dict):
        self.answers = list(answers)
        self.asked = []
        self.settings = {}

    def client(self, service: str, **settings):
        self.settings[service] = settings
        return self

    def get_caller_identity(self) -> dict:
        return {"Arn": ME}

    def invoke(self, FunctionName: str, Payload: str) -> dict:
        self.asked.append((FunctionName, json.loads(Payload)))
        answer = self.answers.pop(0)
        error = {"FunctionError": "Unhandled"} if "errorMessage" in answer else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **error}


def test_a_command_is_handed_over_with_who_asks_and_printed(capsys):
    aws = Aws({**DONE, "text": "0 stuck for more than 7 minutes\n"})
    assert operate.Operator(aws.client, "operate-function").do("stuck", "7") == 0
    assert aws.asked == [("operate-function", {"words": ["stuck", "7"], "by": ME, "cursor": None})]
    assert capsys.readouterr() == ("0 stuck for more than 7 minutes\n", "")
    assert aws.settings["lambda"]["retries"] == {"total_max_attempts": 1}, "a command is not repeated unasked"


def test_a_listing_goes_on_until_it_ends(capsys):
    parts = [
        {**DONE, "text": "one\n", "cursor": "a"},
        {**DONE, "text": "two\n", "cursor": "b"},
        {**DONE, "text": "2 found\n"},
    ]
    aws = Aws(*parts)
    assert operate.Operator(aws.client, "f").do("attention") == 0
    assert [request["cursor"] for _, request in aws.asked] == [None, "a", "b"]
    assert capsys.readouterr().out == "one\ntwo\n2 found\n"


@pytest.mark.parametrize("code", [1, 2])
def test_what_is_not_done_is_said_where_errors_are(capsys, code):
    aws = Aws({**DONE, "error": "there is no such queue", "code": code})
    assert operate.Operator(aws.client, "f").do("redrive", "x") == code
    assert capsys.readouterr() == ("", "there is no such queue\n")


def test_a_function_that_fails_is_no_success():
    aws = Aws({"errorMessage": "table: GetItem failed with timeout", "errorType": "Error"})
    with pytest.raises(SystemExit) as ended:
        operate.Operator(aws.client, "f").do("show", "x")
    assert (
        ended.value.code
        == "the function failed: table: GetItem failed with timeout; the command may have been done all the same"
    )
    assert len(aws.asked) == 1


def test_a_word_can_be_a_file(tmp_path):
    file = tmp_path / "rules.json"
    file.write_text('{"version": 1}')
    assert [operate.text_of(word) for word in ["rules", f"@{file}"]] == ["rules", '{"version": 1}']


def test_a_deployment_puts_domain_rules_in_force_only_where_there_are_none():
    """They change without a deployment, so the file of a checkout may be older than what is in force."""
    dry = ["make", "--dry-run", "--no-print-directory", "deploy", "STAGE=prod"]
    done = subprocess.run(dry, cwd=INFRA.parent, capture_output=True, text=True, timeout=60).stdout
    commands = re.findall(r"infra/operate\.py prod (.*)", done)
    assert commands == ["first-rules @infra/domain-rules.json"]
