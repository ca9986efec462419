"""Alarms as DescribeAlarms answers them: in the query protocol, which Terraform's provider speaks, the emulator leaves
most out.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

import datetime
import json
import xml.sax.saxutils

_TIMES = {"StateUpdatedTimestamp", "AlarmConfigurationUpdatedTimestamp"}


def xml_of(value):
    """Lists become members, absent values nothing."""
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
        # The same question in JSON, whose answer is whole.
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


def _members(cloudwatch, params, name):
    found = (cloudwatch._p(params, f"{name}.member.{number}") for number in range(1, 101))
    return [one for one in found if one]
