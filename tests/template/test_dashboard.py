"""The dashboard, as CloudWatch reads it:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html.
"""

import json
import re

import pytest

from rendered import ALARMS, TEMPLATE, of_type, properties
from resolved import Stack
from test_queues_and_alarms import METRICS, code

STACK = Stack()

(DASHBOARD,) = of_type("AWS::CloudWatch::Dashboard")
TEXT, GIVEN = properties(DASHBOARD)["DashboardBody"]["Fn::Sub"]
# A reference is read as its own name.
BODY = json.loads(re.sub(r"\${(.+?)}", r"<\1>", TEXT))
WIDGETS = BODY["widgets"]

# What AWS counts, with the dimensions of each, as the pages of the services have them:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html,
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html,
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html,
# https://docs.aws.amazon.com/ses/latest/dg/monitor-sending-activity.html.
OF_AWS = {
    "AWS/ApiGateway": ({"Count", "4XXError", "5XXError", "Latency"}, {("ApiName", "Stage")}),
    "AWS/DynamoDB": (
        {"ReadThrottleEvents", "WriteThrottleEvents", "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"},
        {("TableName",), ("TableName", "GlobalSecondaryIndexName")},
    ),
    "AWS/Lambda": (
        {
            "AsyncEventAge",
            "ConcurrentExecutions",
            "Duration",
            "Errors",
            "Invocations",
            "IteratorAge",
            "Throttles",
        },
        {(), ("FunctionName",)},
    ),
    "AWS/SES": ({"Send", "Delivery", "Bounce", "Reputation.BounceRate"}, {(), ("ses:configuration-set",)}),
    "AWS/SQS": ({"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"}, {("QueueName",)}),
}


def shown() -> list[tuple]:
    """Namespace, name and dimensions of each metric, with `...` replaced by the values of the line before."""
    found = []
    for widget in WIDGETS:
        before: list = []
        for line in widget["properties"].get("metrics", []):
            values = [value for value in line if not isinstance(value, dict)]
            if values[0] == "...":
                values = before[: len(before) - len(values) + 1] + values[1:]
            namespace, name, *dimensions = before = values
            found.append((namespace, name, tuple(zip(dimensions[::2], dimensions[1::2], strict=True))))
    return found


def plain(value) -> str:
    """An intrinsic as the dashboard's text has it."""
    if isinstance(value, str):
        return value
    if "Fn::If" in value:
        return plain(STACK.resolved(value))
    if "Ref" in value:
        return f"<{value['Ref']}>"
    if "Fn::Sub" in value:
        return re.sub(r"\${(.+?)}", r"<\1>", value["Fn::Sub"])
    target = value["Fn::GetAtt"]
    return f"<{target if isinstance(target, str) else '.'.join(target)}>"


def read_by_alarms() -> set[tuple]:
    return {
        (
            plain(a["Properties"]["Namespace"]),
            a["Properties"]["MetricName"],
            tuple((d["Name"], plain(d["Value"])) for d in a["Properties"].get("Dimensions", [])),
        )
        for a in ALARMS.values()
    }


def assert_aws_counts(namespace: str, name: str, dimensions: tuple) -> None:
    names, sets = OF_AWS[namespace]
    assert name in names
    assert tuple(key for key, _ in dimensions) in sets


def test_each_metric_is_one_that_a_filter_of_the_template_or_aws_counts():
    for namespace, name, dimensions in shown():
        if namespace in OF_AWS:
            assert_aws_counts(namespace, name, dimensions)
        else:
            assert namespace == "InviteUsers/<AWS::StackName>"
            assert name in METRICS
            assert dimensions == ()


def test_alarms_read_metrics_of_the_same_names_and_dimensions():
    for namespace, name, dimensions in read_by_alarms():
        if namespace in OF_AWS:
            assert_aws_counts(namespace, name, dimensions)


@pytest.mark.parametrize("namespace", ["AWS/ApiGateway", "AWS/DynamoDB", "AWS/SQS"])
def test_what_rings_of_the_api_the_table_and_the_queues_is_shown(namespace):
    ringing = {metric for metric in read_by_alarms() if metric[0] == namespace}
    assert ringing <= set(shown())


def test_every_reference_is_to_something_of_the_template():
    names = {name.split(".")[0] for name in re.findall(r"\${(.+?)}", TEXT)}
    assert GIVEN.keys() <= names
    assert {name for name in names if not name.startswith("AWS::")} <= set(TEMPLATE["Resources"])


def test_the_state_of_every_alarm_is_shown():
    (states,) = [widget["properties"]["alarms"] for widget in WIDGETS if widget["type"] == "alarm"]
    assert sorted(states) == sorted(f"<{name}.Arn>" for name in ALARMS)
    assert len(states) <= 100, "the most that such a widget shows"


def test_widgets_are_within_the_grid_and_none_covers_another():
    taken = set()
    for widget in WIDGETS:
        columns = range(widget["x"], widget["x"] + widget["width"])
        cells = {(x, y) for x in columns for y in range(widget["y"], widget["y"] + widget["height"])}
        assert columns[-1] < 24
        assert not taken & cells
        taken |= cells


def test_every_graph_says_its_region_and_title():
    for widget in WIDGETS:
        assert widget["properties"]["title"]
        assert widget["properties"].get("region", "<AWS::Region>") == "<AWS::Region>"
        assert ("region" in widget["properties"]) is (widget["type"] != "alarm")


def test_a_query_reads_lines_that_its_functions_log():
    queries = [widget["properties"]["query"] for widget in WIDGETS if widget["type"] == "log"]
    for query in queries:
        groups = re.findall(r"SOURCE '<(\w+)>'", query)
        said = " ".join(code({"LogGroupName": {"Ref": group}}) for group in groups)
        lines = re.findall(r"'([a-z ]+)'", query)
        assert lines
        assert not [line for line in lines if f'"{line}"' not in said]
