"""Around the emulator's dispatcher: remembers the request for authorisation, answers faults, logs every call."""

import json
import logging

from .answers import Answers
from .authorization import current_request, denied_check
from .calls import error_code
from .query import nest, refusal
from .world import ADMINISTRATOR, parsed_json

logger = logging.getLogger("sandbox.calls")
_JSON_SERVICES = {"ssm", "dynamodb", "sqs"}


def install(app, world, calls):
    original, answers = app._dispatch_service_request, Answers()

    async def dispatch(method, path, headers, body, query_params, request_id):
        params = app._routing_params(method, path, headers, body, query_params)
        service = app.detect_service(method, path, headers, params)
        is_json = "json" in headers.get("content-type", "") or body[:1] == b"{"
        request = {"params": params, "body": parsed_json(body) if is_json else {}, "headers": headers, "judged": []}
        current_request.set(request)
        denied_check.set(None)
        principal = world.principal(app.extract_access_key_id(headers, query_params))
        operation = _operation(service, method, path, headers, body, params)
        given = answers.recall(headers) if principal == ADMINISTRATOR else None
        if given:
            logger.warning("%s %s:%s is a retry: sending the first answer again", principal, service, operation)
            return given
        fault = _fault(world, service, operation, principal, request)
        response = (
            _refused(world, service, fault)
            or _by_added_services(world, principal, headers, body)
            or await original(method, path, headers, body, query_params, request_id)
        )
        if fault and fault.dies:
            world.end_functions(principal)
        error = error_code(response[0], response[2])
        if principal == ADMINISTRATOR:
            answers.remember(headers, response)
        calls.record(principal, service, operation, error)
        if principal != ADMINISTRATOR:
            for action, resource, allowed in request["judged"]:
                calls.use(principal, action, resource, allowed)
        if error:
            check = denied_check.get()
            logger.warning(
                "%s %s:%s answered %s %s%s",
                principal,
                service,
                operation,
                response[0],
                error,
                f" (denied {check.action} on {check.resource})" if check else "",
            )
        return response

    app._dispatch_service_request = dispatch


def _by_added_services(world, principal, headers, body):
    """Services that the emulator lacks. Terraform and the runbooks use them: no role of ours has the right."""
    services = next((one for one in world.added_services if one.service_of(headers) is not None), None)
    if services is None:
        return None
    if principal != ADMINISTRATOR:
        denied = {
            "__type": "AccessDeniedException",
            "message": "Only the administrator may ask this service in the sandbox.",
        }
        return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(denied).encode()
    return services.answer(headers["x-amz-target"].rpartition(".")[2], parsed_json(body))


def _fault(world, service, operation, principal, request):
    """The injected fault that this call is to have, or None."""
    if not world.faults.pending():
        return None
    if service == "ec2":
        asked = nest(request["params"])
        return world.faults.take(asked.get("Action"), asked, principal)
    return world.faults.take(operation, request["body"], principal) if service in _JSON_SERVICES else None


def _refused(world, service, fault):
    """The fault's error in the protocol of the service, or None where the call is made all the same."""
    if fault is None or fault.dies:
        return None
    if service == "ec2" and fault.machines:
        world.machines.room = fault.machines
        return None
    if service == "ec2":
        return refusal(fault)
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": fault.code}
    return fault.status, headers, json.dumps({"__type": fault.code, "message": str(fault)}).encode()


def _operation(service, method, path, headers, body, params):
    from ministack.core.iam_actions import extract_iam_action

    action = extract_iam_action(service, method, path, headers, body, params)
    return action.split(":", 1)[1] if action else f"{method} {path}"
