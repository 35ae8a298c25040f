"""Encryption with a key of the account, and without one."""

import json

import pytest

from rendered import CODE, FUNCTIONS, LAMBDA, SOURCE
from resolved import ACCOUNT, REGION, Stack

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-0000-4000-8000-000000000001"
WITHOUT, WITH = Stack(), Stack(KmsKeyArn=KEY)

# Where each kind names its key.
ENCRYPTED = {
    "AWS::DynamoDB::Table": lambda p: p["SSESpecification"]["KMSMasterKeyId"],
    "AWS::Logs::LogGroup": lambda p: p["KmsKeyId"],
    "AWS::S3::Bucket": lambda p: by_default(p)["KMSMasterKeyID"],
    "AWS::SecretsManager::Secret": lambda p: p["KmsKeyId"],
    "AWS::SQS::Queue": lambda p: p["KmsMasterKeyId"],
}
# What a service does with the key in the name of a caller that reads or writes encrypted data:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html,
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html.
NEEDED = {"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"}
SERVICES = {"dynamodb", "s3", "secretsmanager", "sqs"}


def by_default(bucket: dict) -> dict:
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    return rule["ServerSideEncryptionByDefault"]


def test_without_a_key_aws_encrypts_with_keys_of_its_own():
    assert SOURCE["Parameters"]["KmsKeyArn"]["Default"] == ""
    assert "kms" not in json.dumps(WITHOUT.resources).lower()
    assert WITHOUT.properties("Table")["SSESpecification"] == {"SSEEnabled": True}
    assert by_default(WITHOUT.properties("UploadBucket")) == {"SSEAlgorithm": "AES256"}
    for name, queue in WITHOUT.of_type("AWS::SQS::Queue").items():
        assert queue["Properties"]["SqsManagedSseEnabled"] is True, name


@pytest.mark.parametrize("kind", ENCRYPTED)
def test_all_data_is_encrypted_with_the_key_that_is_given(kind):
    found = WITH.of_type(kind)
    assert found
    for name, about in found.items():
        assert ENCRYPTED[kind](about["Properties"]) == KEY, name


def test_the_key_is_the_only_encryption_that_is_asked_for():
    assert WITH.properties("Table")["SSESpecification"]["SSEType"] == "KMS"
    assert by_default(WITH.properties("UploadBucket"))["SSEAlgorithm"] == "aws:kms"
    # Otherwise S3 asks KMS for each object.
    assert WITH.properties("UploadBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"][0][
        "BucketKeyEnabled"
    ]
    for name, queue in WITH.of_type("AWS::SQS::Queue").items():
        assert queue["Properties"]["SqsManagedSseEnabled"] is False, name


def allowed(stack: Stack, function: str) -> list[dict]:
    """What the role of a function may do with keys."""
    policies = stack.properties(f"{function}Role")["Policies"]
    statements = [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]
    return [s for s in statements if "kms:" in json.dumps(s["Action"])]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_uses_the_key_only_through_the_services_that_have_the_data(function):
    policies = {p["PolicyName"] for p in WITH.properties(f"{function}Role")["Policies"]}
    if CODE not in policies:
        assert not allowed(WITH, function), "it reads and writes no data"
        return
    (statement,) = allowed(WITH, function)
    assert LAMBDA in policies
    assert set(statement["Action"]) >= NEEDED
    assert statement["Resource"] == KEY
    through = statement["Condition"]["StringEquals"]["kms:ViaService"]
    assert set(through) == {f"{service}.{REGION}.amazonaws.com" for service in SERVICES}
    assert not allowed(WITHOUT, function)
