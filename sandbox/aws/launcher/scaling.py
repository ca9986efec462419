"""Application Auto Scaling for ECS services, which the emulator lacks: targets, target tracking, tags.

Nothing measures a process here: the control API says how busy a service is.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html
"""

import math
import time
import uuid

from .account_services import Refused, answered

_TARGET = "AnyScaleFrontendService"


# A target is tracked down only from well below it:
# https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
_CALM = 0.9


def wanted_count(current, percent, target, least, most):
    """Tasks that bring a mean of `percent` to `target`, within the bounds."""
    if target * _CALM <= percent <= target:
        return min(max(current, least), most)
    return min(max(math.ceil(current * percent / target), least), most)


class Scaling:
    def __init__(self, account, region):
        # `account()` and `region()` of the current request.
        self._account, self._region = account, region
        self._targets, self._policies, self._tags = {}, {}, {}

    def wanted(self, resource, current, percent):
        """The tasks that a service wants whose mean processor time is `percent`; None without a policy."""
        key = (self._account(), self._region(), resource, "ecs:service:DesiredCount")
        target = self._targets.get(key)
        policy = next((one for own, one in self._policies.items() if own[:4] == key), None)
        if target is None or policy is None:
            return None
        figure = policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
        return wanted_count(current, percent, figure, target["MinCapacity"], target["MaxCapacity"])

    def service_of(self, headers):
        return "autoscaling" if headers.get("x-amz-target", "").partition(".")[0] == _TARGET else None

    def answer(self, operation, request):
        """(status, headers, body) in the JSON protocol."""
        handlers = {
            "RegisterScalableTarget": self._register,
            "DescribeScalableTargets": self._describe_targets,
            "DeregisterScalableTarget": self._deregister,
            "PutScalingPolicy": self._put_policy,
            "DescribeScalingPolicies": self._describe_policies,
            "DeleteScalingPolicy": self._delete_policy,
            "ListTagsForResource": lambda request: {"Tags": self._tags.get(request["ResourceARN"], {})},
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }
        return answered(handlers, operation, request)

    def _key(self, request):
        return self._account(), self._region(), request["ResourceId"], request["ScalableDimension"]

    def _register(self, request):
        key = self._key(request)
        known = self._targets.get(key)
        target = known or {
            "ServiceNamespace": request["ServiceNamespace"],
            "ResourceId": request["ResourceId"],
            "ScalableDimension": request["ScalableDimension"],
            "RoleARN": f"arn:aws:iam::{key[0]}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_ECSService",
            "CreationTime": time.time(),
            "SuspendedState": dict.fromkeys(
                ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"), False
            ),
            "ScalableTargetARN": f"arn:aws:application-autoscaling:{key[1]}:{key[0]}:scalable-target/"
            f"{uuid.uuid4().hex}",
        }
        figures = {name: request[name] for name in ("MinCapacity", "MaxCapacity") if name in request}
        if known is None and len(figures) < 2:
            raise Refused("ValidationException", "MinCapacity and MaxCapacity are required for a new target.")
        target = {**target, **figures}
        if target["MinCapacity"] > target["MaxCapacity"]:
            raise Refused("ValidationException", "Maximum capacity cannot be less than minimum capacity.")
        self._targets[key] = target
        self._tags.setdefault(target["ScalableTargetARN"], {}).update(request.get("Tags") or {})
        return {"ScalableTargetARN": target["ScalableTargetARN"]}

    def _describe_targets(self, request):
        return {"ScalableTargets": self._found(self._targets, request, request.get("ResourceIds"))}

    def _describe_policies(self, request):
        wanted = [request["ResourceId"]] if request.get("ResourceId") else None
        names = request.get("PolicyNames")
        found = self._found(self._policies, request, wanted)
        return {"ScalingPolicies": [one for one in found if not names or one["PolicyName"] in names]}

    def _found(self, store, request, wanted):
        here = (self._account(), self._region())
        dimension = request.get("ScalableDimension")
        return [
            one
            for key, one in store.items()
            if key[:2] == here and (not wanted or key[2] in wanted) and dimension in (None, key[3])
        ]

    def _deregister(self, request):
        key = self._key(request)
        if self._targets.pop(key, None) is None:
            raise Refused("ObjectNotFoundException", f"No scalable target found for {request['ResourceId']}.")
        self._policies = {one: policy for one, policy in self._policies.items() if one[:4] != key}
        return {}

    def _put_policy(self, request):
        key = self._key(request)
        if key not in self._targets:
            raise Refused("ObjectNotFoundException", f"No scalable target registered for {request['ResourceId']}.")
        own = (*key, request["PolicyName"])
        account, region = key[:2]
        arn = self._policies.get(own, {}).get("PolicyARN") or (
            f"arn:aws:autoscaling:{region}:{account}:scalingPolicy:{uuid.uuid4()}:resource/ecs/{request['ResourceId']}"
            f":policyName/{request['PolicyName']}"
        )
        self._policies[own] = {"CreationTime": time.time(), "Alarms": [], **request, "PolicyARN": arn}
        return {"PolicyARN": arn, "Alarms": []}

    def _delete_policy(self, request):
        if self._policies.pop((*self._key(request), request["PolicyName"]), None) is None:
            raise Refused("ObjectNotFoundException", f"No scaling policy found: {request['PolicyName']}.")
        return {}

    def _tag(self, request):
        self._tags.setdefault(request["ResourceARN"], {}).update(request["Tags"])
        return {}

    def _untag(self, request):
        for key in request["TagKeys"]:
            self._tags.get(request["ResourceARN"], {}).pop(key, None)
        return {}
