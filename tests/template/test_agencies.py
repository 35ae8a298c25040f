"""What operators compute is what the functions compute. The same values are in the tests of `shared/domain`."""

import hashlib
import hmac
from pathlib import Path

import pytest

import agencies

ROOT = Path(__file__).resolve().parent.parent.parent

AGENCY = "example-agency.gov.sg"


def test_an_agency_is_found_by_its_domain():
    assert agencies.id_of(AGENCY) == "agn_0000000000DXNGJP91V06CZG1N"


def test_an_agency_gets_the_secret_that_its_notices_are_signed_with():
    secret = agencies.derived("0123456789abcdef0123456789abcdef", AGENCY, 1)
    signed = hmac.new(secret.encode(), b"0.x", hashlib.sha256).hexdigest()
    assert f'"t=0,v1={signed}"' in (ROOT / "shared" / "domain" / "src" / "keys.rs").read_text()
    assert agencies.derived("0123456789abcdef0123456789abcdef", AGENCY, 2) != secret


def test_what_is_written_reads_back():
    value = {"text": "x", "number": 3, "nothing": None, "within": {"state": "ACTIVE"}}
    assert agencies.plain(agencies.attribute(value)) == value


@pytest.mark.parametrize("text", ["sg", "a b.sg", "a..sg", "-a.sg", "a.sg/x", "ada@a.sg", ""])
def test_what_is_no_domain_is_refused(text):
    with pytest.raises(agencies.argparse.ArgumentTypeError):
        agencies.domain_name(text)
    assert agencies.domain_name(" Example-Agency.GOV.sg ") == AGENCY
