"""Alarm states as CloudWatch evaluates them. The emulator ignores dimensions, periods and missing data, and evaluates
only when a metric is put.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
Thinner than AWS: exactly the newest `EvaluationPeriods` are looked at, counted back from now; no anomaly bands, and of
metric maths only what metric_math.py knows.
"""

import time

from . import metric_math
from .metrics import in_scope

_COMPARE = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def state_of(alarm, values, state):
    """The state after the given periods, newest first; None is a period without data.

    state: the present one, which `ignore` keeps
    """
    treat = alarm.get("TreatMissingData") or "missing"
    if all(value is None for value in values) and treat in ("missing", "ignore"):
        return "INSUFFICIENT_DATA" if treat == "missing" else state
    breaches = _COMPARE[alarm["ComparisonOperator"]]
    hits = sum(treat == "breaching" if value is None else breaches(value, alarm["Threshold"]) for value in values)
    return "ALARM" if hits >= (alarm.get("DatapointsToAlarm") or len(values)) else "OK"


class AlarmStates:
    def __init__(self, cloudwatch, recorder, responses, now=time.time):
        self._cloudwatch, self._recorder, self._responses, self._now = cloudwatch, recorder, responses, now

    def evaluate(self, alarm):
        """One alarm of the current account and Region; the emulator publishes a change of its state."""
        if alarm.get("ComparisonOperator") not in _COMPARE or not (alarm.get("MetricName") or alarm.get("Metrics")):
            return
        old, values = alarm["StateValue"], self._values(alarm)
        new = state_of(alarm, values, old)
        if new == old:
            return
        shown = ", ".join("no data" if value is None else f"{value:g}" for value in values)
        periods = f"{shown} in the last {len(values)} periods, newest first"
        reason = f"Threshold Crossed: {periods}; threshold {alarm['Threshold']:g}"
        alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(self._now()))
        self._cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
        self._cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
        self._cloudwatch._evaluate_parent_alarms(alarm)

    def _values(self, alarm):
        numbers = range(int(alarm["EvaluationPeriods"]))
        if alarm.get("Metrics"):
            return [self._computed(alarm["Metrics"], number) for number in numbers]
        statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
        return [self._value(alarm, int(alarm["Period"]), number, statistic) for number in numbers]

    def _computed(self, queries, number):
        values = {}
        for query in queries:
            stat = query.get("MetricStat")
            if stat:
                values[query["Id"]] = self._value(stat["Metric"], int(stat["Period"]), number, stat["Stat"])
        watched = next(one for one in queries if one.get("ReturnData", True))
        return metric_math.evaluate(watched.get("Expression") or watched["Id"], values)

    def _value(self, metric, period, number, statistic):
        dimensions = self._cloudwatch._dims_key({one["Name"]: one["Value"] for one in metric.get("Dimensions") or []})
        points = self._cloudwatch._metrics.get((metric["Namespace"], metric["MetricName"], dimensions)) or []
        until = self._now() - number * period
        inside = [point for point in points if until - period < point["Timestamp"] <= until]
        return self._cloudwatch._stat_value(self._cloudwatch._calc_stats(inside), statistic, inside) if inside else None

    def evaluate_all(self):
        """Every alarm of the current account and Region."""
        self._recorder.sample_queues()
        for alarm in list(self._cloudwatch._alarms.values()):
            self.evaluate(alarm)

    def tick(self):
        """Every alarm; AWS evaluates them once a minute."""
        for account, region in {key[:2] for key in list(self._cloudwatch._alarms._data)}:
            in_scope(self._responses, account, region, self.evaluate_all)


def install(cloudwatch, states):
    cloudwatch._evaluate_alarm = states.evaluate
    # DescribeAlarms answers with the current state, so that a caller need not wait for a minute.
    for name in ("_describe_alarms", "_describe_alarms_for_metric", "_describe_alarm_history"):
        original = getattr(cloudwatch, name)
        setattr(cloudwatch, name, _evaluated(original, states))


def _evaluated(original, states):
    def answer(*arguments, **keywords):
        states.evaluate_all()
        return original(*arguments, **keywords)

    return answer
