"""What is kept, for how long, and who reaches it."""

import pytest

from rendered import SOURCE, TEMPLATE, properties, referred
from resolved import Stack


def test_the_table_can_be_restored_and_forgets():
    table = properties("Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_epoch", "Enabled": True}


# Indexes that one reader reads at a time, page by page, or of which a partition is small. Their reads have no alarm.
FEW_READS = {"by_batch", "due"}


def throttle_alarms(index: str | None) -> set[str]:
    """Metrics of throttled requests that have an alarm, for an index or the table itself."""
    dimensions = [{"Name": "TableName", "Value": {"Ref": "Table"}}]
    if index is not None:
        dimensions.append({"Name": "GlobalSecondaryIndexName", "Value": index})
    alarms = [
        a["Properties"]
        for a in Stack().of_type("AWS::CloudWatch::Alarm").values()
        if a["Properties"].get("Dimensions") == dimensions
    ]
    return {a["MetricName"] for a in alarms if a["Namespace"] == "AWS/DynamoDB"}


@pytest.mark.parametrize(
    "index", [None, *(index["IndexName"] for index in properties("Table")["GlobalSecondaryIndexes"])]
)
def test_throttles_of_the_table_and_of_each_index_raise_an_alarm(index):
    """CloudWatch counts those of an index apart from those of its table."""
    wanted = {"WriteThrottleEvents"} if index in FEW_READS else {"WriteThrottleEvents", "ReadThrottleEvents"}
    assert throttle_alarms(index) == wanted


@pytest.mark.parametrize(
    ("policy", "refuse", "refuses"),
    [("Retain", "true", True), ("Retain", "false", False), ("Delete", "true", False), ("Delete", "false", False)],
)
def test_table_and_user_pool_refuse_to_be_deleted_once_they_are_protected(policy, refuse, refuses):
    stack = Stack(DataDeletionPolicy=policy, RefuseDeletion=refuse)
    assert stack.properties("Table")["DeletionProtectionEnabled"] is refuses
    assert stack.properties("UserPool")["DeletionProtection"] == ("ACTIVE" if refuses else "INACTIVE")


# What holds people, licences, keys or the record of what happened.
DATA = {
    "AWS::DynamoDB::Table",
    "AWS::SecretsManager::Secret",
    "AWS::S3::Bucket",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Logs::LogGroup",
}


@pytest.mark.parametrize("name", [name for name, r in SOURCE["Resources"].items() if r["Type"] in DATA])
def test_data_outlives_the_stack_but_not_a_first_deployment_that_failed(name):
    resource = SOURCE["Resources"][name]
    assert resource["DeletionPolicy"] == {"Fn::If": ["KeepData", "RetainExceptOnCreate", "Delete"]}
    assert resource["UpdateReplacePolicy"] == {"Ref": "DataDeletionPolicy"}
    assert SOURCE["Parameters"]["DataDeletionPolicy"]["Default"] == "Retain"


def test_nothing_that_a_failed_first_deployment_made_stays():
    for name, resource in SOURCE["Resources"].items():
        assert resource.get("DeletionPolicy", "Delete") != "Retain", name


def test_the_bucket_is_private_and_forgets():
    bucket = properties("UploadBucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 1
    assert rule["ExpirationInDays"] == {"Ref": "UploadRetentionDays"}
    assert (
        SOURCE["Parameters"]["UploadRetentionDays"]["Default"]
        == SOURCE["Parameters"]["DraftRetentionDays"]["Default"] + 1
    )
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    (denial,) = properties("UploadBucketPolicy")["PolicyDocument"]["Statement"]
    assert denial["Effect"] == "Deny"
    assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_is_stored_is_announced_in_a_queue_that_nobody_else_writes_to():
    queues = properties("UploadBucket")["NotificationConfiguration"]["QueueConfigurations"]
    assert {referred(q["Queue"]) for q in queues} == {"ParseQueue"}
    prefixes = {rule["Value"] for q in queues for rule in q["Filter"]["S3Key"]["Rules"] if rule["Name"] == "prefix"}
    assert prefixes == {"uploads/", "drops/"}
    # Otherwise S3 would ask before it may.
    assert TEMPLATE["Resources"]["UploadBucket"]["DependsOn"] == "ParseQueuePolicy"
    allowed = [s for s in properties("ParseQueuePolicy")["PolicyDocument"]["Statement"] if s.get("Effect") == "Allow"]
    (s3,) = allowed
    assert (s3["Principal"], s3["Action"]) == ({"Service": "s3.amazonaws.com"}, "sqs:SendMessage")
    conditions = {name for condition in s3["Condition"].values() for name in condition}
    assert conditions == {"aws:SourceArn", "aws:SourceAccount"}


def test_only_the_portal_may_upload_from_a_browser():
    (rule,) = properties("UploadBucket")["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["POST"]
    assert "*" not in rule["AllowedOrigins"]


def test_tls_is_wanted_unless_someone_says_otherwise():
    assert SOURCE["Parameters"]["RequireTls"]["Default"] == "true"
