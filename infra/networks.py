"""Whether the networks that officers may come from are those of an agency, or as good as all."""

from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

# The largest part of the internet that one agency has, by the bits that its networks have in common.
WIDEST = {4: 8, 6: 16}
# Addresses of the other version which stand for all addresses of IPv4.
IPV4_WITHIN_IPV6 = [
    ip_network("::/96"),
    ip_network("::ffff:0:0/96"),
    ip_network("64:ff9b::/96"),
    ip_network("2002::/16"),
]

Network = IPv4Network | IPv6Network


def fault_of(texts: list[str]) -> str | None:
    """What is wrong with these networks as those of an agency. `None`: nothing is.

    They are counted together, because two halves of the internet are the internet.
    """
    wrong = [text for text in texts if network_of(text) is None]
    if wrong:
        return f"AllowedCidrs has {wrong[0]!r}, which is no network"
    networks = [network_of(text) for text in texts]
    for version, widest in WIDEST.items():
        if share_of([network for network in networks if network.version == version]) > 2.0**-widest:
            return (
                f"AllowedCidrs has more addresses of IPv{version} than a /{widest}, so almost anybody may use the API"
            )
    if any(network.overlaps(mapped) for network in networks for mapped in IPV4_WITHIN_IPV6 if network.version == 6):
        return "AllowedCidrs has addresses of IPv4 in the form of IPv6"
    return None


def network_of(text: str) -> Network | None:
    if "/" not in text:
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def share_of(networks: list[Network]) -> float:
    """The part of all addresses of their version that is in one of these networks."""
    return sum(2.0**-network.prefixlen for network in collapse_addresses(networks))
