"""What checks of the template say, and why it stays as it is. Each exception is one that a check still makes."""

# Findings of checkov, by its number of the check, with the kind of resource.
CHECKOV = {
    ("CKV_AWS_18", "AWS::S3::Bucket"): (
        "S3's access logs would be a second bucket with names of workbooks, which have ids of officers. Workbooks are"
        " kept for a day. If its trail has data events, CloudTrail records who reads them, and the backups of accounts."
    ),
    ("CKV_AWS_26", "AWS::SNS::Topic"): (
        "An alarm names no person. If the policy of the key forgot CloudWatch, no alarm would arrive, and no one would"
        " notice."
    ),
    ("CKV_AWS_111", "AWS::IAM::Role"): (
        "API Gateway has one role for the logs of all APIs of the account, and takes it only with these permissions."
    ),
    ("CKV_AWS_115", "AWS::Lambda::Function"): (
        "A reserve is taken from the account's quota. A new account has 10, so that the first deployment would fail."
        " Workers are bounded by MaximumConcurrency of their mappings."
    ),
    ("CKV_AWS_116", "AWS::Lambda::Function"): (
        "It is for functions that are started with an event. Those have a destination for failures, or are repeated;"
        " test_functions.py checks each. Dead letters of the queues are at the queues."
    ),
    ("CKV_AWS_117", "AWS::Lambda::Function"): (
        "Functions call AWS and the agencies' public endpoints, and nothing in a network of the account. Roles and"
        " resource policies bound them; a network would add its endpoints and a longer start."
    ),
    ("CKV_AWS_120", "AWS::ApiGateway::Stage"): "Every answer is about one officer or one link, and must not be cached.",
    ("CKV_AWS_173", "AWS::Lambda::Function"): (
        "No environment has a secret, which test_functions.py checks. Lambda encrypts it with a key of its own."
    ),
    ("CKV_AWS_192", "AWS::WAFv2::WebACL"): "No function and nothing behind them runs Java.",
}

# Actions that a role may do on every resource.
EVERY_RESOURCE = {
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_sesv2.html
    "ses:DeleteSuppressedDestination": "SES's suppression list is the account's, and no resource of IAM",
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    "xray:PutTraceSegments": "a trace is no resource of IAM",
    "xray:PutTelemetryRecords": "a trace is no resource of IAM",
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    **{
        f"logs:{action}": "API Gateway writes the logs of every API of the account with one role"
        for action in [
            *("CreateLogGroup", "CreateLogStream", "DescribeLogGroups", "DescribeLogStreams"),
            *("FilterLogEvents", "GetLogEvents", "PutLogEvents"),
        ]
    },
}
