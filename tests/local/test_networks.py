"""Which networks are an agency's, and which are as good as all."""

import pytest

import networks


@pytest.mark.parametrize(
    "texts",
    [
        "192.0.2.0/24",
        "10.0.0.0/8",
        "10.0.0.0/9,10.128.0.0/9",
        "10.0.0.0/8,10.1.0.0/16,10.0.0.0/8",
        "192.0.2.7/24",
        "192.0.2.7/32,198.51.100.0/24,2001:db8::/32",
        "2001:db8::/32,2001:db9::/32",
        "2400::/16",
    ],
)
def test_the_networks_of_an_agency_are_taken(texts):
    assert networks.fault_of(texts.split(",")) is None


@pytest.mark.parametrize(
    "texts",
    [
        "0.0.0.0/0",
        "0.0.0.0/1,128.0.0.0/1",
        "192.0.2.0/24,128.0.0.0/1",
        "10.0.0.0/7",
        # Each is narrow enough, and all of them are not.
        "10.0.0.0/8,192.0.2.7/32",
        ",".join(f"{first}.0.0.0/8" for first in range(1, 224)),
        ",".join(f"{first}.0.0.0/9" for first in range(0, 256, 2)),
    ],
)
def test_much_of_the_internet_is_refused_however_it_is_written(texts):
    assert "addresses of IPv4 than a /8" in networks.fault_of(texts.split(","))


@pytest.mark.parametrize(
    "texts",
    [
        "::/0",
        "::/1,8000::/1",
        "2000::/3",
        "2400::/12",
        "2400::/16,2600::/32",
        "2400::/17,2400:8000::/17,2600::/17",
        "8000::/1",
        "4000::/2,c000::/2",
    ],
)
def test_much_of_the_newer_internet_is_refused_however_it_is_written(texts):
    assert "addresses of IPv6 than a /16" in networks.fault_of(texts.split(","))


@pytest.mark.parametrize("texts", ["::/16", "::ffff:0:0/96", "::ffff:0:0/97", "2002::/17"])
def test_all_of_one_version_is_not_hidden_in_the_other(texts):
    assert networks.fault_of(texts.split(",")) == "AllowedCidrs has addresses of IPv4 in the form of IPv6"


@pytest.mark.parametrize(
    "text", ["10.0.0.0/33", "300.0.0.0/8", "2001:db8::/129", "1:2:3/8", "10.0.0.0/", " 10.0.0.0/8", "10.0.0.0", ""]
)
def test_what_is_no_network_is_named(text):
    assert networks.fault_of(["192.0.2.0/24", text]) == f"AllowedCidrs has {text!r}, which is no network"
