"""SES takes fewer mails a second than there are to send."""

import time

import pytest

import people
import stack
from test_batches import in_state, submit

PEOPLE, A_SECOND = 24, 2


@pytest.fixture
def slow_mail():
    limit = stack.LOCAL / "mails-per-second"
    limit.write_text(str(A_SECOND))
    yield
    limit.unlink()


def test_a_batch_queues_for_ses_and_nobody_is_left_out(officer, outbox, queues, slow_mail):
    invited = [people.vendor(seed="No") for _ in range(PEOPLE)]
    begun = officer.api.post("/batches", {"rows": invited})
    assert begun.status_code == 201, begun.text
    id, started = begun.json()["batchId"], time.monotonic()
    assert submit(officer.api, id).status_code == 202
    # A wake-up call that is lost costs two minutes and the sweeper's next turn, which is not what is shown here.
    in_state(officer.api, id, "DONE", seconds=300)
    assert time.monotonic() - started >= PEOPLE / A_SECOND - 2, "SES was not slow"
    assert [len(outbox.to(person["email"])) for person in invited] == [1] * PEOPLE
    assert queues.dead() == {}
