"""Adds after a deployment what the emulator leaves out of the template, by calls to its API. AWS needs none of this.

* The emulator keeps a number that came through a parameter as text, and its SQS poller then fails to compare it.
* It asks roles for `sqs:SendMessageBatch`, which is no action of AWS: there `sqs:SendMessage` covers it.
  And it asks for `ses:SendEmail` and `sqs:StartMessageMoveTask` on every resource, where AWS asks for the first on the
  identity and the configuration set, and for the second on the queue.
* It reads routes and authorizers from the API's document, but not the gateway responses.
  (Nor the resource policy, which it would not ask on routes with an authorizer: `AllowedCidrs` works on AWS only.)
* It leaves out the point-in-time recovery of a table.

MiniStack would have to offer: these four as CloudFormation, IAM and API Gateway have them.
"""

import json

from stack import NAME, client

POLICY = "emulator-fixups"
ON_EVERY_RESOURCE = ["ses:SendEmail", "sqs:StartMessageMoveTask"]


def apply(api_id: str) -> None:
    set_concurrency()
    set_recovery()
    widen_roles()
    set_gateway_responses(api_id, api_document())
    redeploy(api_id)


def set_concurrency() -> None:
    functions = client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        limit = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
        if limit is not None:
            functions.update_event_source_mapping(
                UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": int(limit)}
            )


def set_recovery() -> None:
    tables = client("dynamodb")
    for name in tables.list_tables()["TableNames"]:
        tables.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )


def widen_roles() -> None:
    """Gives each role what the emulator asks for beside what the template grants, and only where the template does."""
    roles = client("iam")
    names = [role["RoleName"] for page in roles.get_paginator("list_roles").paginate() for role in page["Roles"]]
    for name in names:
        if name.startswith(f"{NAME}-") and (asked := asked_beside(granted_to(name))):
            document = json.dumps({"Version": "2012-10-17", "Statement": asked})
            roles.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=document)


def granted_to(role: str) -> list[dict]:
    """The statements of the template for a role."""
    roles, found = client("iam"), []
    for policy in roles.list_role_policies(RoleName=role)["PolicyNames"]:
        if policy != POLICY:
            found += roles.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]["Statement"]
    return found


def asked_beside(granted: list[dict]) -> list[dict]:
    """What the emulator asks of a role that AWS grants these statements."""
    asked = []
    for statement in granted:
        if statement["Action"] == "sqs:SendMessage":
            named = {key: value for key, value in statement.items() if key != "Sid"}
            asked.append({**named, "Action": "sqs:SendMessageBatch"})
        if statement["Action"] in ON_EVERY_RESOURCE:
            asked.append({"Effect": "Allow", "Action": statement["Action"], "Resource": "*"})
    return asked


def api_document() -> dict:
    body = client("cloudformation").get_template(StackName=NAME, TemplateStage="Processed")["TemplateBody"]
    template = body if isinstance(body, dict) else json.loads(body)
    return template["Resources"]["Api"]["Properties"]["Body"]


def set_gateway_responses(api_id: str, document: dict) -> None:
    gateway = client("apigateway")
    for kind, response in document["x-amazon-apigateway-gateway-responses"].items():
        status = {"statusCode": str(response["statusCode"])} if "statusCode" in response else {}
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseParameters=with_request_ids(response["responseParameters"]),
            responseTemplates=with_request_ids(response["responseTemplates"]),
            **status,
        )


def with_request_ids(texts: dict[str, str]) -> dict[str, str]:
    """The emulator knows the request's id, but no trace id."""
    return {name: text.replace("context.xrayTraceId", "context.requestId") for name, text in texts.items()}


def redeploy(api_id: str) -> None:
    """A stage answers with what was in force when its deployment was made."""
    gateway = client("apigateway")
    made = gateway.create_deployment(restApiId=api_id)["id"]
    operation = {"op": "replace", "path": "/deploymentId", "value": made}
    gateway.update_stage(restApiId=api_id, stageName="v1", patchOperations=[operation])
