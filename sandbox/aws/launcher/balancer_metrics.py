"""What a load balancer reports of a target group: requests, answers of the class 5xx, and times.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
AWS reports once a minute; here each answer counts at once. Health checks do not count.
"""

import time

_NAMESPACE = "AWS/ApplicationELB"


def dimensions_of(target_group, balancer):
    """By which a metric is found: those of the load balancer in all, and those of one of its groups."""
    whole = {"LoadBalancer": balancer.partition(":loadbalancer/")[2]}
    return [whole, {**whole, "TargetGroup": target_group.rpartition(":")[2]}]


def balancers_of(alb, target_group):
    """Those that lead to it."""
    leading = {
        one["ListenerArn"]
        for one in [*alb._rules.values(), *alb._listeners.values()]
        for action in one.get("Actions") or one.get("DefaultActions") or []
        if action.get("TargetGroupArn") == target_group
    }
    return {alb._listeners[one]["LoadBalancerArn"] for one in leading if one in alb._listeners}


def report(recorder, dimensions, status, seconds):
    """Of one answer; without seconds no target gave it."""
    recorder.put(_NAMESPACE, "RequestCount", dimensions, "Count", 1.0)
    if seconds is None:
        return
    recorder.put(_NAMESPACE, "TargetResponseTime", dimensions, "Seconds", seconds)
    # A metric is only reported where it is not zero.
    recorder.put(_NAMESPACE, f"HTTPCode_Target_{status // 100}XX_Count", dimensions, "Count", 1.0)


def install(alb, recorder, clock=time.monotonic):
    original = alb._proxy_http_target

    async def proxy(target, group, *arguments):
        begun = clock()
        answer = await original(target, group, *arguments)
        status, _, body = answer
        # What a target says is passed on as it comes; what the load balancer says itself is there as a whole.
        seconds = None if isinstance(body, bytes) else clock() - begun
        for balancer in balancers_of(alb, group["TargetGroupArn"]):
            for dimensions in dimensions_of(group["TargetGroupArn"], balancer):
                report(recorder, dimensions, status, seconds)
        return answer

    alb._proxy_http_target = proxy
