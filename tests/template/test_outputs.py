"""What the stack tells to scripts and operators."""

from rendered import TEMPLATE


def test_the_outputs_that_scripts_and_runbook_read_are_there():
    wanted = {
        *("ApiUrl", "PortalUrl", "UserPoolId", "UserPoolClientId", "UploadBucketName", "TableName"),
        *("DispatchQueueUrl", "ParseQueueUrl", "ProvisionQueueUrl", "MailQueueUrl"),
        *(
            "DispatchDeadLettersUrl",
            "ProvisionDeadLettersUrl",
            "MailDeadLettersUrl",
            "ParseDeadLettersUrl",
            "TrackDeadLettersUrl",
            "WatchDeadLettersUrl",
        ),
    }
    assert wanted <= set(TEMPLATE["Outputs"])
