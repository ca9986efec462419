"""What Elastic Load Balancing refuses, and the emulator takes.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
"""

import re

_MOST_RULES = _MOST_TARGET_GROUPS = 100
_MOST_VALUES = 5
_MOST_PRIORITY = 50_000
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?\Z")


def name_problem(name):
    """Of a target group: up to 32 letters, digits and dashes, no dash at either end."""
    if _NAME.match(name):
        return None
    return "ValidationError", f"Target group name '{name}' cannot be longer than '32' characters, or has others."


def rule_problem(listener, priority, conditions, rules):
    """Why a rule can't be added to a listener; `rules` are all that there are."""
    if not (priority.isdigit() and 1 <= int(priority) <= _MOST_PRIORITY):
        return "ValidationError", f"Rule priority '{priority}' is not between 1 and {_MOST_PRIORITY}."
    own = [one for one in rules if one["ListenerArn"] == listener and not one.get("IsDefault")]
    if any(str(one["Priority"]) == priority for one in own):
        return "PriorityInUse", f"Priority '{priority}' is currently in use"
    if len(own) >= _MOST_RULES:
        return "TooManyRules", "The maximum number of rules per load balancer has been reached."
    return values_problem(conditions)


def values_problem(conditions):
    if sum(len(one.get("Values") or []) for one in conditions) > _MOST_VALUES:
        return "TooManyConditionValues", f"A rule can have at most {_MOST_VALUES} condition values."
    return None


def target_groups_of(actions):
    return {one["TargetGroupArn"] for one in actions or [] if one.get("TargetGroupArn")}


def install(alb):
    def led_to():
        """The target groups that a rule or a listener leads to."""
        actions = [one.get("Actions") for one in alb._rules.values()]
        actions += [one.get("DefaultActions") for one in alb._listeners.values()]
        return set().union(*map(target_groups_of, actions)) if actions else set()

    def create_target_group(params):
        return name_problem(alb._p(params, "Name"))

    def delete_target_group(params):
        arn = alb._p(params, "TargetGroupArn")
        if arn in led_to():
            return "ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule"
        return None

    def create_rule(params):
        listener = alb._p(params, "ListenerArn")
        conditions = alb._parse_conditions(params)
        found = rule_problem(listener, str(alb._p(params, "Priority")), conditions, list(alb._rules.values()))
        new = target_groups_of(alb._parse_actions(params, "Actions"))
        if found is None and new and len(led_to() | new) > _MOST_TARGET_GROUPS:
            return "TooManyUniqueTargetGroupsPerLoadBalancer", "The load balancer has 100 target groups already."
        return found

    checks = {
        "CreateTargetGroup": create_target_group,
        "DeleteTargetGroup": delete_target_group,
        "CreateRule": create_rule,
    }
    for operation, check in checks.items():
        alb._ACTION_MAP[operation] = _checked(check, alb._ACTION_MAP[operation], alb._error)


def _checked(check, original, error):
    def call(params):
        problem = check(params)
        return error(*problem) if problem else original(params)

    return call
