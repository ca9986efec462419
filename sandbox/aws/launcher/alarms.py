"""Alarms as DescribeAlarms answers them: in the query protocol, which Terraform's provider speaks, the emulator leaves
most out. And alarms on an expression of metrics, of which it keeps the name alone.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

import datetime
import json
import xml.sax.saxutils

from .query import nest

_TIMES = {"StateUpdatedTimestamp", "AlarmConfigurationUpdatedTimestamp"}


def xml_of(value):
    """Lists become members; absent values are omitted."""
    if isinstance(value, dict):
        return "".join(f"<{key}>{_scalar_time(key, one)}</{key}>" for key, one in value.items() if one is not None)
    if isinstance(value, list):
        return "".join(f"<member>{xml_of(one)}</member>" for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return xml.sax.saxutils.escape(str(value))


def _scalar_time(key, value):
    if key in _TIMES and isinstance(value, (int, float)):
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return xml_of(value)


def install(cloudwatch):
    original = cloudwatch._describe_alarms

    def describe_alarms(params, data, is_cbor, is_json=False):
        answer = original(params, data, is_cbor, is_json)
        if is_cbor or is_json or answer[0] != 200:
            return answer
        # The same call in JSON, whose answer is complete.
        asked = {
            "AlarmNamePrefix": cloudwatch._p(params, "AlarmNamePrefix") or None,
            "StateValue": cloudwatch._p(params, "StateValue") or None,
            "NextToken": cloudwatch._p(params, "NextToken") or None,
            "MaxRecords": cloudwatch._p(params, "MaxRecords") or None,
            "AlarmNames": _members(cloudwatch, params, "AlarmNames"),
            "AlarmTypes": _members(cloudwatch, params, "AlarmTypes"),
        }
        whole = json.loads(original({}, asked, False, True)[2])
        return cloudwatch._xml(
            200, "DescribeAlarmsResponse", f"<DescribeAlarmsResult>{xml_of(whole)}</DescribeAlarmsResult>"
        )

    cloudwatch._describe_alarms = describe_alarms
    cloudwatch._put_metric_alarm = _with_metrics(cloudwatch, cloudwatch._put_metric_alarm)


# Of one metric; an alarm on an expression has none of them.
_OF_ONE = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")
_MOST_METRICS = 10


def metrics_problem(queries, asked):
    """Why CloudWatch refuses an alarm on an expression."""
    if any(asked.get(name) for name in ("MetricName", "Namespace", "Dimensions", "Period", "Statistic")):
        return "The parameters MetricName and Metrics are mutually exclusive."
    if len(queries) > _MOST_METRICS:
        return f"An alarm has at most {_MOST_METRICS} metrics."
    if sum(one.get("ReturnData", True) for one in queries) != 1:
        return "Exactly one element of the metrics list should return data."
    return None


def _with_metrics(cloudwatch, original):
    def put(params, data, is_cbor, is_json=False):
        asked = data if is_cbor or is_json else members(nest(params))
        queries = asked.get("Metrics")
        if not queries:
            return original(params, data, is_cbor, is_json)
        problem = metrics_problem(queries, asked)
        if problem:
            return cloudwatch._error("ValidationError", problem, 400, use_json=is_json, use_cbor=is_cbor)
        answer = original(params, data, is_cbor, is_json)
        alarm = cloudwatch._alarms.get(asked.get("AlarmName"))
        if answer[0] == 200 and alarm is not None:
            for name in _OF_ONE:
                alarm.pop(name, None)
            alarm["Metrics"] = queries
        return answer

    return put


def members(node):
    """Lists of the query protocol as lists, and what is true, false or a number there as that."""
    if isinstance(node, dict):
        return members(node["member"]) if set(node) == {"member"} else {key: members(one) for key, one in node.items()}
    if isinstance(node, list):
        return [members(one) for one in node]
    return {"true": True, "false": False}.get(node, node)


def _members(cloudwatch, params, name):
    found = (cloudwatch._p(params, f"{name}.member.{number}") for number in range(1, 101))
    return [one for one in found if one]
