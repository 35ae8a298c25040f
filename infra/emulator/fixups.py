"""Adds after a deployment what the emulator leaves out of the template, by calls to its API. AWS needs none of this.

* The emulator keeps a number that came through a parameter as text, and its SQS poller then fails to compare it.
* It asks roles for `sqs:SendMessageBatch`, which is no action of AWS: there `sqs:SendMessage` covers it.
  And it asks for `ses:SendEmail` on every resource, where AWS asks for it on the identity and the configuration set.
* It reads routes and authorizers from the API's document, but not the gateway responses.
  (Nor the resource policy, which it would not ask on routes with an authorizer: `AllowedCidrs` works on AWS only.)

MiniStack would have to offer: these three as CloudFormation, IAM and API Gateway have them.
"""

import json

from stack import NAME, client

POLICY = "emulator-fixups"


def apply(api_id: str) -> None:
    set_concurrency()
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


def widen_roles() -> None:
    """Gives each role what the emulator asks for beside what the template grants, and only where the template does."""
    roles = client("iam")
    for role in (
        roles.get_paginator("list_roles").paginate().search(f"Roles[?starts_with(RoleName, '{NAME}-')].RoleName")
    ):
        asked = []
        for policy in roles.list_role_policies(RoleName=role)["PolicyNames"]:
            for statement in roles.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]["Statement"]:
                if policy != POLICY and statement["Action"] == "sqs:SendMessage":
                    asked.append({**statement, "Action": "sqs:SendMessageBatch"})
                if policy != POLICY and statement["Action"] == "ses:SendEmail":
                    asked.append({"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"})
        if asked:
            document = {
                "Version": "2012-10-17",
                "Statement": [{k: v for k, v in s.items() if k != "Sid"} for s in asked],
            }
            roles.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=json.dumps(document))


def api_document() -> dict:
    body = client("cloudformation").get_template(StackName=NAME, TemplateStage="Processed")["TemplateBody"]
    template = body if isinstance(body, dict) else json.loads(body)
    return template["Resources"]["Api"]["Properties"]["Body"]


def set_gateway_responses(api_id: str, document: dict) -> None:
    gateway = client("apigateway")
    for kind, response in document["x-amazon-apigateway-gateway-responses"].items():
        status = {"statusCode": str(response["statusCode"])} if "statusCode" in response else {}
        # The emulator knows the request's id, but no trace id.
        templates = {
            k: v.replace("$context.xrayTraceId", "$context.requestId") for k, v in response["responseTemplates"].items()
        }
        headers = {
            k: v.replace("context.xrayTraceId", "context.requestId") for k, v in response["responseParameters"].items()
        }
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseParameters=headers,
            responseTemplates=templates,
            **status,
        )


def redeploy(api_id: str) -> None:
    """A stage answers with what was in force when its deployment was made."""
    gateway = client("apigateway")
    made = gateway.create_deployment(restApiId=api_id)["id"]
    operation = {"op": "replace", "path": "/deploymentId", "value": made}
    gateway.update_stage(restApiId=api_id, stageName="v1", patchOperations=[operation])
