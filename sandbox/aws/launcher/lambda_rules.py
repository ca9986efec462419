"""Lambda's own look at permissions, which the emulator skips: of the role that polls or reports, and of the API that
invokes.
"""

import json

_POLLING = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "dynamodb": ("GetRecords", "GetShardIterator", "DescribeStream"),
}
_NAMES = {"sqs": "SQS", "dynamodb": "DynamoDB"}


def needed_by_mapping(request):
    """[(action, resource)] that the function's role needs before a mapping is accepted."""
    source = request.get("EventSourceArn") or ""
    service = source.split(":")[2] if source.count(":") >= 5 else ""
    return [(f"{service}:{action}", source) for action in _POLLING.get(service, ())] + needed_by_destination(request)


def needed_by_destination(request):
    destinations = [
        one.get("Destination") for one in (request.get("DestinationConfig") or {}).values() if isinstance(one, dict)
    ]
    return [("sqs:SendMessage", arn) for arn in destinations if arn and arn.split(":")[2] == "sqs"]


def install(lambda_service, apigateway, evaluator, used):
    """`used(role, action, resource, allowed)` hears of each right that Lambda itself makes use of."""

    def role_may(function_name, action, resource):
        function = lambda_service._functions.get(function_name) or {}
        role = (function.get("config") or {}).get("Role", "")
        account = lambda_service.get_account_id()
        name = role.rsplit("/", 1)[-1]
        ctx = evaluator.EvalContext(
            principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/{function_name}",
            principal_type="AssumedRole",
            principal_account=account,
            action=action,
            resource_arn=resource,
            region=lambda_service.get_region(),
        )
        allowed = evaluator.evaluate(ctx, evaluator._gather_role_policies(name, account)).decision == "Allow"
        used(name, action, resource, allowed)
        return allowed

    def refusal(function_name, needed):
        for action, resource in needed:
            if not role_may(function_name, action, resource):
                service, operation = action.split(":")
                return lambda_service.error_response_json(
                    "InvalidParameterValueException",
                    f"The provided execution role does not have permissions to call {operation} "
                    f"on {_NAMES.get(service, service)} ({resource})",
                    400,
                )
        return None

    original_create, original_invoke_config = lambda_service._create_esm, lambda_service._put_event_invoke_config

    def create_esm(data):
        name, _, _ = lambda_service._resolve_existing_esm_function(data.get("FunctionName", ""))
        return (refusal(name, needed_by_mapping(data)) if name else None) or original_create(data)

    def put_event_invoke_config(func_name, qualifier, data):
        return refusal(func_name, needed_by_destination(data)) or original_invoke_config(func_name, qualifier, data)

    original_proxy = apigateway._invoke_lambda_proxy

    async def invoke_lambda_proxy(integration, api_id, stage, path, method, *arguments, **keywords):
        arn = apigateway._extract_lambda_ref_from_integration_uri(integration.get("integrationUri", ""))
        if arn.startswith("arn:") and not api_may_invoke(arn, api_id, stage, path, method):
            return 500, {"Content-Type": "application/json"}, json.dumps({"message": "Internal Server Error"}).encode()
        return await original_proxy(integration, api_id, stage, path, method, *arguments, **keywords)

    def api_may_invoke(arn, api_id, stage, path, method):
        found = lambda_service.function_policy_for_arn(arn)
        account, region = lambda_service.get_account_id(), lambda_service.get_region()
        ctx = evaluator.EvalContext(
            principal_arn="",
            principal_type="Service",
            principal_account=account,
            action="lambda:InvokeFunction",
            resource_arn=arn,
            region=region,
            service_context={
                "aws:sourcearn": f"arn:aws:execute-api:{region}:{account}:{api_id}/{stage}/{method}{path}",
                "aws:sourceaccount": account,
            },
        )
        policy = found[0] if found else None
        return evaluator.evaluate_resource_policy(policy, ctx, service="apigateway.amazonaws.com").decision == "Allow"

    lambda_service._create_esm = create_esm
    lambda_service._put_event_invoke_config = put_event_invoke_config
    apigateway._invoke_lambda_proxy = invoke_lambda_proxy
