"""Cost Explorer and Service Quotas as the administrator's runbooks use them. The emulator has neither.

Nothing here has a price.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Cost_Explorer_Service.html
https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_Operations.html
"""

import datetime
import json
import uuid

_TARGETS = {"AWSInsightsIndexService": "ce", "ServiceQuotasV20190624": "servicequotas"}
_METRICS = {
    "AmortizedCost",
    "BlendedCost",
    "NetAmortizedCost",
    "NetUnblendedCost",
    "NormalizedUsageAmount",
    "UnblendedCost",
    "UsageQuantity",
}
# What a new account has:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
_QUOTAS = {
    ("ec2", "L-1216C47A"): ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5.0),
    ("ec2", "L-34B43A08"): ("All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 5.0),
}


class Refused(Exception):
    """An error response of the service."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class AccountServices:
    def __init__(self, tags):
        # `tags()`: the tag lists of every resource ever created.
        self._tags, self._active, self._asked = tags, set(), {}

    def service_of(self, headers):
        return _TARGETS.get(headers.get("x-amz-target", "").partition(".")[0])

    def answer(self, operation, request):
        """(status, headers, body) in the JSON protocol that both services speak."""
        handlers = {
            "UpdateCostAllocationTagsStatus": self._activate,
            "GetCostAndUsage": self._costs,
            "GetServiceQuota": self._quota,
            "RequestServiceQuotaIncrease": self._increase,
        }
        return answered(handlers, operation, request)

    def _activate(self, request):
        known = {tag["Key"] for tags in self._tags() for tag in tags}
        errors = []
        for entry in request.get("CostAllocationTagsStatus") or []:
            key, status = entry.get("TagKey"), entry.get("Status")
            if key not in known:
                errors.append(
                    {"TagKey": key, "Code": "TagKeysNotFoundException", "Message": f"Tag keys not found: {key}"}
                )
            elif status == "Active":
                self._active.add(key)
            else:
                self._active.discard(key)
        return {"Errors": errors}

    def _costs(self, request):
        start, end = _day(request, "Start"), _day(request, "End")
        if start >= end:
            raise Refused("ValidationException", "Start date (and hour) should be before end date (and hour)")
        metrics = request.get("Metrics") or []
        if not metrics or not set(metrics) <= _METRICS:
            raise Refused("ValidationException", f"Metrics must be of {', '.join(sorted(_METRICS))}")
        grouped = request.get("GroupBy") or []
        nothing = {metric: {"Amount": "0", "Unit": "USD"} for metric in metrics}
        groups = [
            {"Keys": [f"{one['Key']}${value}"], "Metrics": nothing} for one in grouped for value in self._values(one)
        ]
        period = {
            "TimePeriod": {"Start": str(start), "End": str(end)},
            "Total": {} if grouped else nothing,
            "Groups": groups,
            "Estimated": True,
        }
        return {"GroupDefinitions": grouped, "ResultsByTime": [period], "DimensionValueAttributes": []}

    def _values(self, group):
        """Costs without the tag are under the empty value, and so are all costs before the tag is active."""
        if group.get("Type") != "TAG" or group["Key"] not in self._active:
            return [""]
        values = {tag.get("Value", "") for tags in self._tags() for tag in tags if tag["Key"] == group["Key"]}
        return ["", *sorted(values - {""})]

    def _quota(self, request):
        key, name, value = _known_quota(request)
        return {
            "Quota": {
                "ServiceCode": key[0],
                "QuotaCode": key[1],
                "QuotaName": name,
                "Value": value,
                "Unit": "None",
                "Adjustable": True,
                "GlobalQuota": False,
            }
        }

    def _increase(self, request):
        key, name, value = _known_quota(request)
        wanted = request.get("DesiredValue") or 0
        if wanted <= value:
            raise Refused(
                "IllegalArgumentException",
                f"You must provide a quota value greater than the current quota value, {value}.",
            )
        if key in self._asked:
            raise Refused(
                "ResourceAlreadyExistsException", "Only one open service quota increase request is allowed per quota."
            )
        self._asked[key] = {
            "Id": uuid.uuid4().hex,
            "ServiceCode": key[0],
            "QuotaCode": key[1],
            "QuotaName": name,
            "DesiredValue": wanted,
            "Status": "PENDING",
        }
        return {"RequestedQuota": self._asked[key]}


def answered(handlers, operation, request):
    """(status, headers, body) in AWS's JSON protocol; `handlers` by operation."""
    try:
        if operation not in handlers:
            raise Refused("UnknownOperationException", f"The sandbox has no {operation}.")
        status, content = 200, handlers[operation](request)
    except Refused as refused:
        status, content = 400, {"__type": refused.code, "message": str(refused)}
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(content).encode()


def _known_quota(request):
    key = (request.get("ServiceCode"), request.get("QuotaCode"))
    if key not in _QUOTAS:
        raise Refused(
            "NoSuchResourceException",
            f"The request failed because the specified service or quota does not exist: {key[0]} {key[1]}.",
        )
    return key, *_QUOTAS[key]


def _day(request, name):
    try:
        return datetime.date.fromisoformat((request.get("TimePeriod") or {})[name])
    except (KeyError, TypeError, ValueError):
        raise Refused("ValidationException", f"{name} time is invalid. Valid format is: (yyyy-mm-dd)") from None
