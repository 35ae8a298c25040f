"""What an answer of AWS that is an error says."""

from botocore.exceptions import ClientError


def code_of(error: ClientError) -> str:
    return error.response["Error"]["Code"]
