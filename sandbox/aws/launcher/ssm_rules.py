"""What Parameter Store refuses and the emulator takes, and the checks that a call on several names needs.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

import json
import re

from .ec2_checks import Check

_NAME = re.compile(r"[a-zA-Z0-9_.\-/]+\Z")
_LIMITS = {"Standard": 4096, "Advanced": 8192}
_POLICY_TYPES = {"Expiration", "ExpirationNotification", "NoChangeNotification"}


def refusal(request, existing_tier):
    """(code, message) when the real service would refuse this PutParameter, else None."""
    name, value = request.get("Name") or "", request.get("Value") or ""
    if not _NAME.match(name) or len(name) > 1011 or name.count("/") > 15:
        return "ValidationException", (
            'Parameter name: can\'t be prefixed with "aws" or "ssm" and may hold only '
            "a-zA-Z0-9_.- and at most 15 levels of /."
        )
    if not value:
        return "ValidationException", "1 validation error detected: Value at 'value' must have length at least 1"
    if request.get("Overwrite") and request.get("Tags"):
        return "ValidationException", "Invalid request: tags and overwrite can't be used together."
    asked = request.get("Tier") or existing_tier or "Standard"
    tier = (
        asked
        if asked != "Intelligent-Tiering"
        else ("Advanced" if len(value.encode()) > 4096 or request.get("Policies") else "Standard")
    )
    if existing_tier == "Advanced" and asked == "Standard":
        return "ValidationException", "An advanced-tier parameter can't be made a standard one."
    if len(value.encode()) > _LIMITS[tier]:
        return "ValidationException", (
            f"{tier} tier parameters support a maximum parameter value of {_LIMITS[tier]} "
            "characters."
            + (
                " To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier."
                if tier == "Standard"
                else ""
            )
        )
    return _policy_refusal(request.get("Policies"), tier)


def _policy_refusal(policies, tier):
    if not policies:
        return None
    if tier != "Advanced":
        return "ValidationException", "Parameter policies are only supported by advanced-tier parameters."
    try:
        parsed = json.loads(policies)
        kinds = {one["Type"] for one in parsed}
    except (TypeError, ValueError, KeyError):
        return "InvalidPolicyAttributeException", "The parameter policies are not a JSON list of policies."
    if not kinds <= _POLICY_TYPES:
        return (
            "InvalidPolicyTypeException",
            f"Unknown parameter policy type: {', '.join(sorted(kinds - _POLICY_TYPES))}",
        )
    return None


def checks(operation, body, arn_of):
    """The checks of one SSM call, or None when the emulator's own single check is right."""
    names = body.get("Names") if isinstance(body.get("Names"), list) else []
    if operation in ("GetParameters", "DeleteParameters") and names:
        return [Check(f"ssm:{operation}", arn_of(name)) for name in names]
    if operation == "GetParametersByPath" and body.get("Path"):
        return [Check("ssm:GetParametersByPath", arn_of(body["Path"].rstrip("/")))]
    if operation == "PutParameter" and body.get("Name"):
        arn = arn_of(body["Name"])
        context = _request_tags(body.get("Tags"))
        found = [Check("ssm:PutParameter", arn, context)]
        return found + ([Check("ssm:AddTagsToResource", arn, context)] if body.get("Tags") else [])
    return None


def _described(policies):
    """Policies as DescribeParameters answers them."""
    return [
        {"PolicyText": json.dumps(one), "PolicyType": one["Type"], "PolicyStatus": "Pending"}
        for one in json.loads(policies)
    ]


def _request_tags(tags):
    if not isinstance(tags, list) or not tags:
        return {}
    context = {f"aws:requesttag/{tag.get('Key', '')}".lower(): tag.get("Value", "") for tag in tags}
    context["aws:tagkeys"] = [tag.get("Key", "") for tag in tags]
    return context


def install(ssm):
    original = ssm._put_parameter

    def put_parameter(data):
        existing = ssm._parameters.get(data.get("Name")) or {}
        refused = refusal(data, existing.get("Tier"))
        if refused:
            return ssm.error_response_json(*refused, 400)
        return original({**data, "Policies": _described(data["Policies"])} if data.get("Policies") else data)

    ssm._put_parameter = put_parameter
