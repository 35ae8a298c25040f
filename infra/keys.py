"""The keyed hashes of `shared/domain/src/keys.rs`, for what operators have to find or hand over."""

import hashlib
import hmac


def mac(key: bytes, *parts: bytes) -> bytes:
    """The length in front of each part keeps ("ab", "c") apart from ("a", "bc")."""
    return hmac.digest(key, b"".join(len(part).to_bytes(8, "big") + part for part in parts), hashlib.sha256)
