"""Alarms on what a load balancer reports of a target group, and how ECS takes a version back by one."""

import json
import unittest
import urllib.error
import urllib.request

from launcher import app_rules, balancer_metrics, deployment_alarms, metric_math
from launcher.alarms import members, metrics_problem
from launcher.query import nest

from .emulator import ACCOUNT, REGION, Emulator

BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/apps/0a0a"
GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/shop-1/0b0b"
SHARE = "IF(requests >= 20, 100 * watched / requests, 0)"


def on_share(name, **more):
    """An alarm on the share of errors, as the deployer makes one."""
    dimensions = [
        {"Name": key, "Value": value} for key, value in balancer_metrics.dimensions_of(GROUP, BALANCER)[1].items()
    ]

    def query(metric_id, metric):
        stat = {"Namespace": "AWS/ApplicationELB", "MetricName": metric, "Dimensions": dimensions}
        return {"Id": metric_id, "MetricStat": {"Metric": stat, "Period": 60, "Stat": "Sum"}, "ReturnData": False}

    return {
        "AlarmName": name,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 5.0,
        "EvaluationPeriods": 1,
        "TreatMissingData": "notBreaching",
        "Metrics": [
            {"Id": "judged", "Expression": SHARE, "ReturnData": True},
            query("watched", "HTTPCode_Target_5XX_Count"),
            query("requests", "RequestCount"),
        ],
        **more,
    }


class Expressions(unittest.TestCase):
    def test_say_a_share_once_there_are_requests_enough(self):
        for watched, requests, wanted in ((1.0, 3.0, 0.0), (2.0, 20.0, 10.0), (None, 20.0, None), (None, None, None)):
            self.assertEqual(metric_math.evaluate(SHARE, {"watched": watched, "requests": requests}), wanted)

    def test_have_no_value_by_zero_and_none_of_what_is_not_known(self):
        self.assertIsNone(metric_math.evaluate("1 / m", {"m": 0.0}))
        for unknown in ("FILL(m, 0)", "m ** 2", "m if m else 1"):
            with self.assertRaises(ValueError):
                metric_math.evaluate(unknown, {"m": 1.0})

    def test_come_in_the_query_protocol_too(self):
        params = {"Metrics.member.1.Id": ["judged"], "Metrics.member.1.ReturnData": ["true"]}
        self.assertEqual(members(nest(params)), {"Metrics": [{"Id": "judged", "ReturnData": True}]})

    def test_are_refused_beside_a_metric_or_without_one_that_counts(self):
        one = {"Id": "judged", "Expression": "1"}
        self.assertIsNone(metrics_problem([one], {}))
        self.assertIsNotNone(metrics_problem([one], {"MetricName": "RequestCount"}))
        self.assertIsNotNone(metrics_problem([{**one, "ReturnData": False}], {}))
        self.assertIsNotNone(metrics_problem([one, one], {}))
        self.assertIsNotNone(metrics_problem([{**one, "ReturnData": False}] * 10 + [one], {}))


class Reports(unittest.TestCase):
    def report(self, status, seconds):
        put = []

        class Recorder:
            @staticmethod
            def put(namespace, name, _dimensions, _unit, value):
                put.append((namespace, name, value))

        balancer_metrics.report(Recorder, {}, status, seconds)
        return {name: value for _, name, value in put}

    def test_count_what_targets_answer_and_not_what_the_balancer_says_itself(self):
        wanted = {"RequestCount": 1.0, "TargetResponseTime": 0.2, "HTTPCode_Target_5XX_Count": 1.0}
        self.assertEqual(self.report(503, 0.2), wanted)
        self.assertNotIn("HTTPCode_Target_5XX_Count", self.report(200, 0.2))
        self.assertEqual(self.report(502, None), {"RequestCount": 1.0})

    def test_are_of_a_group_and_of_the_load_balancer(self):
        self.assertEqual(
            balancer_metrics.dimensions_of(GROUP, BALANCER),
            [
                {"LoadBalancer": "app/apps/0a0a"},
                {"LoadBalancer": "app/apps/0a0a", "TargetGroup": "targetgroup/shop-1/0b0b"},
            ],
        )

    def test_are_of_the_balancers_that_lead_to_it(self):
        class Alb:
            _rules = {"r": {"ListenerArn": "l", "Actions": [{"TargetGroupArn": GROUP}]}}
            _listeners = {"l": {"ListenerArn": "l", "LoadBalancerArn": BALANCER, "DefaultActions": []}}

        self.assertEqual(balancer_metrics.balancers_of(Alb, GROUP), {BALANCER})
        self.assertEqual(balancer_metrics.balancers_of(Alb, "another"), set())


class Ecs:
    """What of the emulator's ECS a take-back uses."""

    @staticmethod
    def _iso():
        return "now"

    @staticmethod
    def new_uuid():
        return "id"


class Watched(unittest.TestCase):
    def setUp(self):
        self.on, self.now = set(), 0.0
        self.watch = deployment_alarms.Watch(lambda name: name in self.on, lambda: self.now)
        alarms = {"alarmNames": ["errors", "slow"], "enable": True, "rollback": True}
        self.new = {"id": "new", "taskDefinition": "two", "status": "PRIMARY", "rolloutState": "IN_PROGRESS"}
        self.old = {"id": "old", "taskDefinition": "one", "status": "ACTIVE", "rolloutState": "COMPLETED"}
        self.service = {
            "serviceName": "shop",
            "desiredCount": 2,
            "taskDefinition": "two",
            "deploymentConfiguration": {"alarms": alarms},
            "deployments": [self.new, self.old],
            "events": [],
        }

    def test_fires_by_an_alarm_that_goes_on(self):
        self.watch.begin(self.service, self.new)
        self.assertEqual(self.watch.fired(self.new), [])
        self.on.add("slow")
        self.assertEqual(self.watch.fired(self.new), ["slow"])

    def test_never_fires_where_one_was_on_before(self):
        self.on.add("errors")
        self.watch.begin(self.service, self.new)
        self.on.add("slow")
        self.assertEqual(self.watch.fired(self.new), [])
        self.assertFalse(self.watch.is_held(self.new))

    def test_is_off_where_it_is_not_enabled(self):
        self.service["deploymentConfiguration"]["alarms"]["enable"] = False
        self.assertEqual(deployment_alarms.alarms_of(self.service), ())

    def test_holds_a_steady_version_for_a_while(self):
        self.watch.begin(self.service, self.new)
        self.assertFalse(self.watch.bakes(self.new))
        self.assertTrue(self.watch.is_held(self.new))
        self.now = 100.0
        self.assertFalse(self.watch.is_held(self.new))
        self.watch.end(self.new)
        self.assertFalse(self.watch.bakes(self.new))

    def test_goes_back_to_the_version_before_and_says_so(self):
        self.assertIs(deployment_alarms.take_back(Ecs, self.service, self.new), self.old)
        self.assertEqual((self.new["rolloutState"], self.new["status"]), ("FAILED", "ACTIVE"))
        self.assertIn("alarm detected", self.new["rolloutStateReason"])
        self.assertEqual((self.old["rolloutState"], self.old["status"]), ("IN_PROGRESS", "PRIMARY"))
        self.assertEqual((self.service["taskDefinition"], self.old["desiredCount"]), ("one", 2))
        self.assertEqual(len(self.service["events"]), 2)

    def test_only_fails_without_a_version_before_or_where_nobody_asks_for_more(self):
        self.service["deployments"] = [self.new]
        self.assertIsNone(deployment_alarms.take_back(Ecs, self.service, self.new))
        self.service["deployments"] = [self.new, self.old]
        self.service["deploymentConfiguration"]["alarms"]["rollback"] = False
        self.assertIsNone(deployment_alarms.take_back(Ecs, self.service, self.new))
        self.assertEqual((self.service["taskDefinition"], self.new["rolloutState"]), ("two", "FAILED"))


class Rights(unittest.TestCase):
    def test_are_judged_by_an_alarms_name(self):
        def arn(service, rest):
            return f"{service}:{rest}"

        def checks(operation, **body):
            found = app_rules.checks("monitoring", operation, {"body": body}, arn)
            return [(check.action, check.resource) for check in found]

        tagged = checks("PutMetricAlarm", AlarmName="a", Tags=[{"Key": "k", "Value": "v"}])
        wanted = [(f"cloudwatch:{name}", "cloudwatch:alarm:a") for name in ("PutMetricAlarm", "TagResource")]
        self.assertEqual(tagged, wanted)
        both = [("cloudwatch:DeleteAlarms", f"cloudwatch:alarm:{name}") for name in "ab"]
        self.assertEqual(checks("DeleteAlarms", AlarmNames=["a", "b"]), both)
        everything = [("cloudwatch:DescribeAlarms", "cloudwatch:alarm:*")]
        self.assertEqual(checks("DescribeAlarms", StateValue="ALARM"), everything)


class InTheEmulator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator()
        cls.addClassCleanup(cls.emulator.close)
        cls.cloudwatch = cls.emulator.client("cloudwatch")

    def state(self, name):
        (alarm,) = self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return alarm["StateValue"]

    def count(self, name, value):
        _, dimensions = balancer_metrics.dimensions_of(GROUP, BALANCER)
        listed = [{"Name": key, "Value": one} for key, one in dimensions.items()]
        data = [{"MetricName": name, "Dimensions": listed, "Value": value}]
        self.cloudwatch.put_metric_data(Namespace="AWS/ApplicationELB", MetricData=data)

    def test_an_alarm_on_an_expression_is_kept_whole_and_goes_off_by_its_share(self):
        self.cloudwatch.put_metric_alarm(**on_share("share"))
        (kept,) = self.cloudwatch.describe_alarms(AlarmNames=["share"])["MetricAlarms"]
        self.assertEqual(kept["Metrics"], on_share("share")["Metrics"])
        self.count("RequestCount", 19.0)
        self.count("HTTPCode_Target_5XX_Count", 2.0)
        self.assertEqual(self.state("share"), "OK")
        self.count("RequestCount", 1.0)
        self.assertEqual(self.state("share"), "ALARM")
        self.count("RequestCount", 180.0)
        self.assertEqual(self.state("share"), "OK")
        self.cloudwatch.delete_alarms(AlarmNames=["share"])
        self.assertEqual(self.cloudwatch.describe_alarms(AlarmNames=["share"])["MetricAlarms"], [])

    def test_an_alarm_is_the_apps_that_it_is_named_after(self):
        own = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:mtr-app-*"
        actions = ["PutMetricAlarm", "DescribeAlarms", "DeleteAlarms", "TagResource"]
        statement = {"Effect": "Allow", "Action": [f"cloudwatch:{name}" for name in actions], "Resource": own}
        keys = self.emulator.role("keeps-alarms", [statement])
        name = "mtr-app-shop-5xx"
        tags = [{"Key": "ghr:app", "Value": "shop"}]
        self.assertEqual(self.ask(keys, "PutMetricAlarm", on_share(name, Tags=tags)), (200, {}))
        status, answer = self.ask(keys, "DescribeAlarms", {"AlarmNames": [name], "AlarmTypes": ["MetricAlarm"]})
        self.assertEqual((status, answer["MetricAlarms"][0]["Metrics"]), (200, on_share(name)["Metrics"]))
        self.assertEqual(self.ask(keys, "DeleteAlarms", {"AlarmNames": [name]}), (200, {}))
        for operation, body in (
            ("PutMetricAlarm", on_share("other-app-shop-5xx")),
            ("DeleteAlarms", {"AlarmNames": [name, "operators"]}),
            ("DescribeAlarms", {"AlarmNames": ["operators"]}),
            ("DescribeAlarms", {}),
        ):
            status, answer = self.ask(keys, operation, body)
            self.assertIn("AccessDenied", str(answer), operation)
            self.assertGreaterEqual(status, 400)

    def ask(self, keys, operation, body):
        """As the deployer asks: in JSON, where botocore speaks CBOR."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        target = {"x-amz-target": f"GraniteServiceVersion20100801.{operation}"}
        headers = {"content-type": "application/x-amz-json-1.0", **target}
        request = AWSRequest("POST", f"{self.emulator.url}/", headers, json.dumps(body))
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        SigV4Auth(credentials, "monitoring", REGION).add_auth(request)
        signed = urllib.request.Request(request.url, request.data.encode(), dict(request.headers))
        try:
            with urllib.request.urlopen(signed, timeout=300) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


if __name__ == "__main__":
    unittest.main()
