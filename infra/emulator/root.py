"""Calls to the emulator from inside its own process, as the account's root."""

import functools
import os


@functools.cache
def client(service: str):
    """Speaks to the port itself, and not to what AWS_ENDPOINT_URL may have put between functions and the emulator."""
    # Loaded at the first call: most starts of the emulator make none.
    import boto3

    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
