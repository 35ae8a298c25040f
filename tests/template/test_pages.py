"""What the pages for operations say of sizes, timeouts and jobs is what the template and the code have."""

import re

import pytest

from rendered import FUNCTIONS, ROOT

OPERATIONS = (ROOT / "docs" / "OPERATIONS.md").read_text()
RUNBOOK = (ROOT / "docs" / "RUNBOOK.md").read_text()
MEASURED = (ROOT / "docs" / "adr" / "0048-sizes-of-functions.md").read_text()


def sizes(page: str, heading: str) -> list[dict[str, str]]:
    """The rows of the table whose first line this is, by the names of its columns."""
    table = page[page.index(heading) :].split("\n\n")[0].splitlines()
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [dict(zip(head, row, strict=True)) for row in rows]


def about(function: str) -> tuple[int, int]:
    """The megabytes and the timeout of a function, which is named as in the template or as its folder."""
    name = "".join(word.title() for word in function.split("-")) if "-" in function else function
    found = FUNCTIONS[name]["Properties"]
    return found["MemorySize"], found["Timeout"]


def test_the_page_has_the_sizes_and_timeouts_of_the_template():
    rows = sizes(OPERATIONS, "| function | MB | timeout, s |")
    *named, others = rows
    assert {row["function"]: (int(row["MB"]), int(row["timeout, s"])) for row in named} == {
        row["function"]: about(row["function"]) for row in named
    }
    rest = {about(function) for function in FUNCTIONS} - {about(row["function"]) for row in named}
    timeouts = sorted(timeout for megabytes, timeout in rest)
    assert {megabytes for megabytes, _ in rest} == {int(others["MB"])}
    assert others["timeout, s"] == f"{timeouts[0]} to {timeouts[-1]}"


def test_what_was_measured_is_compared_with_the_sizes_and_timeouts_of_the_template():
    rows = sizes(MEASURED, "| function | event |")
    assert len(rows) >= 10
    for row in rows:
        assert (int(row["chosen"]), int(row["timeout, s"])) == about(row["function"]), row


JOBS = {
    function: set(re.findall(r'Self::\w+ => "([a-z]+)"', (ROOT / "functions" / function / path).read_text()))
    for function, path in {"sweep": "src/lib.rs", "maintain": "src/jobs.rs"}.items()
}


@pytest.mark.parametrize("function", JOBS)
def test_jobs_are_found(function):
    assert len(JOBS[function]) >= 3


def test_a_job_that_the_runbook_names_is_one_of_the_function_whose_log_it_is_in():
    named = re.findall(r"(\w+)'s log[^|]*? job `([a-z]+)`", RUNBOOK)
    assert named
    assert all(job in JOBS[log.lower()] for log, job in named)
    assert len(named) == len(re.findall(r"job `", RUNBOOK)), "a job whose log is not named"
