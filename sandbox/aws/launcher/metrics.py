"""Metrics that AWS makes by itself and the emulator leaves out: of log lines, of queues, and of HTTP APIs.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
"""

import contextvars
import json
import time

_GAUGES = {
    "ApproximateNumberOfMessagesVisible": "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible": "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed": "ApproximateNumberOfMessagesDelayed",
}
_MINUTE = 60


def embedded(message, now):
    """[(namespace, name, dimensions, unit, value, time)] of one log line; empty for a line that is no metric, or a
    wrong one.
    """
    if '"_aws"' not in message:
        return []
    try:
        line = json.loads(message)
        meta = line["_aws"]
        at = meta["Timestamp"] / 1000 if "Timestamp" in meta else now
        return [
            (
                directive["Namespace"],
                metric["Name"],
                {name: str(line[name]) for name in names},
                metric.get("Unit", "None"),
                float(value),
                at,
            )
            for directive in meta["CloudWatchMetrics"]
            for metric in directive["Metrics"]
            for names in directive["Dimensions"]
            for value in _values(line[metric["Name"]])
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        # CloudWatch keeps such a line as a log and makes no metric of it.
        return []


def _values(value):
    return value if isinstance(value, list) else [value]


class _Dimensions(dict):
    """None is a set of its own: AWS never answers for several sets of dimensions at once."""

    def __bool__(self):
        return True


class Recorder:
    def __init__(self, cloudwatch, sqs, now=time.time):
        self._cloudwatch, self._sqs, self._now = cloudwatch, sqs, now

    def put(self, namespace, name, dimensions, unit, value, at=None):
        bucket = self._cloudwatch._metric_bucket((namespace, name, self._cloudwatch._dims_key(dimensions)))
        bucket.append(
            {
                "Timestamp": self._now() if at is None else at,
                "Value": value,
                "Unit": unit,
                "Dimensions": dict(dimensions),
            }
        )

    def log_lines(self, events):
        for event in events:
            for namespace, name, dimensions, unit, value, at in embedded(event.get("message", ""), self._now()):
                self.put(namespace, name, dimensions, unit, value, at)

    def sample_queues(self):
        """What each queue holds, in the current account and Region. AWS reads it off once a minute; so does this, and
        whenever it changed.
        """
        for queue in list(self._sqs._queues.values()):
            self._sqs._refresh_counts(queue)
            for name, attribute in _GAUGES.items():
                self._sample({"QueueName": queue["name"]}, name, float(queue["attributes"][attribute]))

    def _sample(self, dimensions, name, value):
        bucket = self._cloudwatch._metric_bucket(("AWS/SQS", name, self._cloudwatch._dims_key(dimensions)))
        if not bucket or bucket[-1]["Value"] != value or self._now() - bucket[-1]["Timestamp"] >= _MINUTE:
            self.put("AWS/SQS", name, dimensions, "Count", value)

    def run(self, function, error, milliseconds):
        dimensions = {"FunctionName": function}
        for name, unit, value in (
            ("Invocations", "Count", 1),
            ("Errors", "Count", int(error)),
            ("Duration", "Milliseconds", milliseconds),
        ):
            self.put("AWS/Lambda", name, dimensions, unit, float(value))

    def api_answer(self, api_id, status):
        for name, value in (("Count", 1), ("4xx", int(400 <= status < 500)), ("5xx", int(status >= 500))):
            self.put("AWS/ApiGateway", name, {"ApiId": api_id}, "Count", float(value))


def install_runs(lambda_service, recorder):
    """Every run of a function, whoever invoked it: the emulator counts those of the Invoke call alone."""
    original_logs, original_metrics = lambda_service._emit_lambda_logs, lambda_service._emit_lambda_metrics

    def logs(func, request_id, log_text, error, duration_ms, **keywords):
        original_logs(func, request_id, log_text, error, duration_ms, **keywords)
        recorder.run((func.get("config") or func).get("FunctionName", "unknown"), error, duration_ms)

    def metrics(function_name, duration_ms, error, throttle):
        if throttle:
            original_metrics(function_name, duration_ms, error, throttle)

    lambda_service._emit_lambda_logs = logs
    lambda_service._emit_lambda_metrics = metrics


def install(cloudwatch, logs, sqs, apigateway, responses):
    recorder = Recorder(cloudwatch, sqs)
    original_append, original_execute, original_dimensions = (
        logs._append_log_events,
        apigateway.handle_execute,
        cloudwatch._dims_from_list,
    )

    def append(stream, events):
        original_append(stream, events)
        recorder.log_lines(events)

    async def execute(api_id, *arguments, **keywords):
        answer = await original_execute(api_id, *arguments, **keywords)
        scope = apigateway.find_api_scope(api_id)
        if scope is not None:
            in_scope(responses, *scope, recorder.api_answer, api_id, answer[0])
        return answer

    def sampled(original):
        def answer(*arguments, **keywords):
            recorder.sample_queues()
            return original(*arguments, **keywords)

        return answer

    logs._append_log_events = append
    apigateway.handle_execute = execute
    cloudwatch._dims_from_list = lambda dimensions: _Dimensions(original_dimensions(dimensions))
    for name in ("_get_metric_statistics", "_get_metric_data", "_list_metrics"):
        setattr(cloudwatch, name, sampled(getattr(cloudwatch, name)))
    return recorder


def in_scope(responses, account, region, call, *arguments):
    """Calls with the stores of an account and Region, and leaves those of the caller as they are."""

    def run():
        responses.set_request_account_id(account)
        responses.set_request_region(region)
        return call(*arguments)

    return contextvars.copy_context().run(run)
