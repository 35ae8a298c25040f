"""A resource policy, evaluated as AWS documents it: what is denied is refused, then what is allowed is done, and the
rest is refused.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from ipaddress import ip_address, ip_network


def is_allowed(policy: dict, resource: str, source: str) -> bool:
    """Whether a caller from the address `source` may invoke `resource`."""
    effects = {s["Effect"] for s in policy["Statement"] if applies(s, resource, source)}
    return "Deny" not in effects and "Allow" in effects


def applies(statement: dict, resource: str, source: str) -> bool:
    assert statement["Principal"] == "*"
    assert statement["Action"] == "execute-api:Invoke"
    unknown = set(statement) - {"Effect", "Principal", "Action", "Resource", "Condition"}
    # AWS documents that it expands the short form of a resource in `Resource` only.
    assert not unknown, f"{unknown} is not evaluated here"
    matches = any(matched(pattern, resource) for pattern in listed(statement["Resource"]))
    conditions = statement.get("Condition", {}).items()
    return matches and all(holds(operator, keys, source) for operator, keys in conditions)


def matched(pattern: str, resource: str) -> bool:
    """`*` is any text, slashes too, and `?` is one character."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, resource) is not None


def holds(operator: str, keys: dict, source: str) -> bool:
    assert set(keys) == {"aws:SourceIp"}
    networks = [ip_network(network) for network in listed(keys["aws:SourceIp"])]
    # An address of one version is in no network of the other.
    is_within = any(ip_address(source) in network for network in networks)
    return {"IpAddress": is_within, "NotIpAddress": not is_within}[operator]


def listed(value) -> list:
    return value if isinstance(value, list) else [value]
