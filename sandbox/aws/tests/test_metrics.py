"""Metrics and alarms: what functions log, what queues hold and what an API answers can be asked for as on AWS."""

import datetime
import io
import json
import unittest
import zipfile

from launcher.alarm_states import state_of
from launcher.metrics import embedded

from .emulator import ACCOUNT, REGION, Emulator, wait_for

emulator = None
NOW = 1_790_000_000.0


def setUpModule():
    global emulator
    emulator = Emulator()


def tearDownModule():
    emulator.close()


def line(**fields):
    meta = {
        "Timestamp": int(NOW * 1000),
        "CloudWatchMetrics": [
            {
                "Namespace": "N",
                "Dimensions": [["environment"], ["environment", "tier"]],
                "Metrics": [{"Name": "Jobs", "Unit": "Count"}],
            }
        ],
    }
    return json.dumps({"_aws": meta, "environment": "e", "tier": "small", "Jobs": 2, **fields})


class Embedded(unittest.TestCase):
    def test_a_line_is_one_metric_for_each_of_its_sets_of_dimensions(self):
        self.assertEqual(
            embedded(line(tenant_id=7), 0),
            [
                ("N", "Jobs", {"environment": "e"}, "Count", 2.0, NOW),
                ("N", "Jobs", {"environment": "e", "tier": "small"}, "Count", 2.0, NOW),
            ],
        )

    def test_several_values_in_a_line_are_several_points(self):
        self.assertEqual([one[4] for one in embedded(line(Jobs=[1, 4]), 0)], [1.0, 4.0, 1.0, 4.0])

    def test_a_line_without_its_value_or_dimension_is_no_metric(self):
        for wrong in (
            "",
            "text",
            '{"_aws": 1}',
            '"_aws"',
            line(Jobs="many"),
            line().replace('"environment": "e"', '"other": "e"'),
        ):
            self.assertEqual(embedded(wrong, 0), [])


class States(unittest.TestCase):
    def test_every_period_must_breach_where_nothing_else_is_said(self):
        alarm = {"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1.0, "EvaluationPeriods": 3}
        self.assertEqual(state_of(alarm, [1, 2, 1], "OK"), "ALARM")
        self.assertEqual(state_of(alarm, [1, 0, 1], "OK"), "OK")
        self.assertEqual(state_of({**alarm, "DatapointsToAlarm": 2}, [1, 0, 1], "OK"), "ALARM")

    def test_missing_data_is_what_the_alarm_says_that_it_is(self):
        alarm = {"ComparisonOperator": "LessThanThreshold", "Threshold": 1.0}
        nothing = [None, None]
        for treat, expected in (
            ("breaching", "ALARM"),
            ("notBreaching", "OK"),
            ("missing", "INSUFFICIENT_DATA"),
            ("ignore", "ALARM"),
        ):
            self.assertEqual(state_of({**alarm, "TreatMissingData": treat}, nothing, "ALARM"), expected)
        self.assertEqual(state_of(alarm, nothing, "OK"), "INSUFFICIENT_DATA")


class Metrics(unittest.TestCase):
    def total(self, namespace, name, statistic="Sum", **dimensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        found = emulator.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Statistics=[statistic],
            Period=3600,
            StartTime=now - datetime.timedelta(hours=2),
            EndTime=now + datetime.timedelta(hours=2),
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        )
        return [point[statistic] for point in found["Datapoints"]]

    def data(self, name, **dimensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        metric = {
            "Namespace": "MultiTenantRunner",
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        }
        found = emulator.client("cloudwatch").get_metric_data(
            MetricDataQueries=[{"Id": "one", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}],
            StartTime=now - datetime.timedelta(hours=2),
            EndTime=now + datetime.timedelta(hours=2),
        )
        return sum(found["MetricDataResults"][0]["Values"])

    def state(self, name):
        return emulator.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]

    def alarm(self, name, namespace, metric, **settings):
        emulator.client("cloudwatch").put_metric_alarm(
            **{
                "AlarmName": name,
                "Namespace": namespace,
                "MetricName": metric,
                "Statistic": "Sum",
                "Period": 300,
                "EvaluationPeriods": 1,
                "Threshold": 1.0,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "notBreaching",
                **settings,
            }
        )

    def test_a_functions_log_lines_become_metrics_and_alarms_of_their_own_dimensions_only(self):
        code = """export const handler = async () => { process.stdout.write(JSON.stringify({
          _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{
            Namespace: 'MultiTenantRunner', Dimensions: [['environment'], ['environment', 'tier']],
            Metrics: [{ Name: 'JobPoisoned', Unit: 'Count' }] }] },
          environment: 'e', tier: 'small', JobPoisoned: 1 }) + '\\n'); };"""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            file.writestr("index.mjs", code)
        emulator.role("counts", [])
        emulator.client("lambda").create_function(
            FunctionName="counts",
            Runtime="nodejs22.x",
            Handler="index.handler",
            Role=f"arn:aws:iam::{ACCOUNT}:role/counts",
            Code={"ZipFile": packed.getvalue()},
        )
        for environment in ("e", "another"):
            self.alarm(
                f"{environment}-poisoned",
                "MultiTenantRunner",
                "JobPoisoned",
                Dimensions=[{"Name": "environment", "Value": environment}],
            )
        self.assertEqual((self.state("e-poisoned"), self.state("another-poisoned")), ("OK", "OK"))
        for _ in range(2):
            emulator.client("lambda").invoke(FunctionName="counts")
        wait_for(lambda: self.data("JobPoisoned", environment="e") == 2)
        self.assertEqual(self.data("JobPoisoned", environment="e", tier="small"), 2)
        self.assertEqual(self.data("JobPoisoned"), 0)
        self.assertEqual(self.total("MultiTenantRunner", "JobPoisoned", environment="e"), [2])
        self.assertEqual(self.total("AWS/Lambda", "Invocations", FunctionName="counts"), [2])
        self.assertEqual((self.state("e-poisoned"), self.state("another-poisoned")), ("ALARM", "OK"))

    def test_every_run_of_a_function_is_counted_whoever_invoked_it(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            file.writestr(
                "index.mjs", "export const handler = async (event) => { if (event.fail) throw new Error('no'); };"
            )
        queue = emulator.client("sqs").create_queue(QueueName="polled-runs")["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:polled-runs"
        emulator.role(
            "runs",
            [
                {
                    "Effect": "Allow",
                    "Resource": arn,
                    "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                }
            ],
        )
        emulator.client("lambda").create_function(
            FunctionName="runs",
            Runtime="nodejs22.x",
            Handler="index.handler",
            Role=f"arn:aws:iam::{ACCOUNT}:role/runs",
            Code={"ZipFile": packed.getvalue()},
        )
        emulator.client("lambda").create_event_source_mapping(FunctionName="runs", EventSourceArn=arn)
        emulator.client("sqs").send_message(QueueUrl=queue, MessageBody="x")
        wait_for(lambda: self.total("AWS/Lambda", "Invocations", FunctionName="runs") == [1])
        emulator.client("lambda").invoke(FunctionName="runs", Payload=b'{"fail": true}')
        self.assertEqual(self.total("AWS/Lambda", "Invocations", FunctionName="runs"), [2])
        self.assertEqual(self.total("AWS/Lambda", "Errors", FunctionName="runs"), [1])

    def test_silence_is_an_alarm_where_missing_data_breaches(self):
        self.alarm(
            "silent",
            "MultiTenantRunner",
            "SweepCompleted",
            ComparisonOperator="LessThanThreshold",
            TreatMissingData="breaching",
        )
        self.assertEqual(self.state("silent"), "ALARM")
        emulator.client("cloudwatch").put_metric_data(
            Namespace="MultiTenantRunner", MetricData=[{"MetricName": "SweepCompleted", "Value": 1.0}]
        )
        self.assertEqual(self.state("silent"), "OK")

    def test_what_a_queue_holds_is_a_metric_and_raises_its_alarm(self):
        sqs = emulator.client("sqs")
        url = sqs.create_queue(QueueName="letters")["QueueUrl"]
        self.alarm(
            "letters",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            Statistic="Maximum",
            Dimensions=[{"Name": "QueueName", "Value": "letters"}],
        )
        self.assertEqual(self.state("letters"), "OK")
        sqs.send_message(QueueUrl=url, MessageBody="x")
        self.assertEqual(self.state("letters"), "ALARM")
        self.assertEqual(
            self.total("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName="letters"), [1]
        )

    def test_an_apis_answers_are_counted_by_their_kind(self):
        gateway = emulator.client("apigatewayv2")
        api = gateway.create_api(Name="counted", ProtocolType="HTTP")["ApiId"]
        gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        self.assertEqual(emulator.post(f"/_aws/execute-api/{api}/$default/nowhere"), 404)
        self.assertEqual(
            [self.total("AWS/ApiGateway", name, ApiId=api) for name in ("Count", "4xx", "5xx")], [[1], [1], [0]]
        )
