"""What the launcher adds for apps: scaling, images, the way in, endpoints that keep their names."""

import json
import unittest

from launcher import app_rules, clusters, ecs_rules
from launcher.balancers import name_problem, rule_problem
from launcher.health import Health, fits
from launcher.images import ImageNotFound, Images
from launcher.scaling import Scaling, wanted_count
from launcher.tasks import lets_in, needed_to_start
from launcher.world import World

SERVICE = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/saas/acme",
    "ScalableDimension": "ecs:service:DesiredCount",
}
POLICY = {**SERVICE, "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}


class Scaled(unittest.TestCase):
    def setUp(self):
        self.region = "us-east-1"
        self.scaling = Scaling(lambda: "123456789012", lambda: self.region)

    def ask(self, operation, **request):
        status, _, body = self.scaling.answer(operation, request)
        return status, json.loads(body)

    def code(self, operation, **request):
        status, answer = self.ask(operation, **request)
        return answer.get("__type") if status == 400 else None

    def test_a_target_keeps_what_a_second_call_leaves_out(self):
        self.ask("RegisterScalableTarget", **SERVICE, MinCapacity=2, MaxCapacity=8)
        self.ask("RegisterScalableTarget", **SERVICE, MaxCapacity=9)
        _, answer = self.ask("DescribeScalableTargets", ServiceNamespace="ecs", ResourceIds=[SERVICE["ResourceId"]])
        (target,) = answer["ScalableTargets"]
        self.assertEqual((target["MinCapacity"], target["MaxCapacity"]), (2, 9))

    def test_refuses_a_target_without_figures_or_with_a_minimum_above_the_maximum(self):
        self.assertEqual(self.code("RegisterScalableTarget", **SERVICE), "ValidationException")
        figures = {"MinCapacity": 3, "MaxCapacity": 2}
        self.assertEqual(self.code("RegisterScalableTarget", **SERVICE, **figures), "ValidationException")

    def test_a_policy_needs_a_target_and_goes_with_it(self):
        self.assertEqual(self.code("PutScalingPolicy", **POLICY), "ObjectNotFoundException")
        self.ask("RegisterScalableTarget", **SERVICE, MinCapacity=2, MaxCapacity=8)
        _, first = self.ask("PutScalingPolicy", **POLICY)
        _, again = self.ask("PutScalingPolicy", **POLICY)
        self.assertEqual(first["PolicyARN"], again["PolicyARN"])
        self.ask("DeregisterScalableTarget", **SERVICE)
        _, left = self.ask("DescribeScalingPolicies", ServiceNamespace="ecs")
        self.assertEqual(left["ScalingPolicies"], [])
        self.assertEqual(self.code("DeregisterScalableTarget", **SERVICE), "ObjectNotFoundException")

    def test_a_region_knows_its_own_alone(self):
        self.ask("RegisterScalableTarget", **SERVICE, MinCapacity=2, MaxCapacity=8)
        self.region = "eu-west-1"
        _, answer = self.ask("DescribeScalableTargets", ServiceNamespace="ecs")
        self.assertEqual(answer["ScalableTargets"], [])

    def test_tags_come_and_go(self):
        tagged = {"Tags": {"tenant_id": "acme"}}
        _, target = self.ask("RegisterScalableTarget", **SERVICE, MinCapacity=2, MaxCapacity=8, **tagged)
        arn = {"ResourceARN": target["ScalableTargetARN"]}
        self.ask("TagResource", **arn, Tags={"more": "1"})
        self.ask("UntagResource", **arn, TagKeys=["tenant_id"])
        self.assertEqual(self.ask("ListTagsForResource", **arn)[1], {"Tags": {"more": "1"}})

    def test_a_target_is_tracked_within_its_bounds(self):
        for current, percent, wanted in ((2, 100, 3), (7, 100, 8), (8, 70, 8), (8, 64, 8), (8, 35, 4), (3, 1, 2)):
            self.assertEqual(wanted_count(current, percent, 70, 2, 8), wanted)

    def test_a_service_without_a_policy_is_left_alone(self):
        self.ask("RegisterScalableTarget", **SERVICE, MinCapacity=2, MaxCapacity=8)
        self.assertIsNone(self.scaling.wanted(SERVICE["ResourceId"], 2, 100))
        self.ask("PutScalingPolicy", **POLICY, TargetTrackingScalingPolicyConfiguration={"TargetValue": 70})
        self.assertEqual(self.scaling.wanted(SERVICE["ResourceId"], 2, 100), 3)

    def test_refuses_what_it_does_not_have(self):
        self.assertEqual(self.code("PutScheduledAction", **SERVICE), "UnknownOperationException")


class Known(unittest.TestCase):
    def test_an_image_has_a_tag_or_its_digest(self):
        image = Images().get("nginx:latest")
        self.assertEqual(Images().get(f"nginx@{image.id}").id, image.id)

    def test_another_digest_and_another_name_are_unknown(self):
        for name in (f"nginx@sha256:{'0' * 64}", "registry.test:5000/nginx", "httpd:latest"):
            with self.assertRaises(ImageNotFound):
                Images().get(name)


class WayIn(unittest.TestCase):
    @staticmethod
    def group(first, last, caller, protocol="tcp"):
        rule = {"IpProtocol": protocol, "UserIdGroupPairs": [{"GroupId": caller}]}
        return {"IpPermissions": [rule if protocol == "-1" else {**rule, "FromPort": first, "ToPort": last}]}

    def test_is_open_to_a_named_group_at_a_named_port(self):
        self.assertTrue(lets_in([self.group(80, 80, "sg-alb")], 80, ["sg-alb"]))
        self.assertTrue(lets_in([{}, self.group(1, 99, "sg-alb")], 80, ["sg-other", "sg-alb"]))
        self.assertTrue(lets_in([self.group(0, 0, "sg-alb", protocol="-1")], 80, ["sg-alb"]))

    def test_is_closed_to_everybody_else(self):
        self.assertFalse(lets_in([self.group(80, 80, "sg-alb")], 81, ["sg-alb"]))
        self.assertFalse(lets_in([self.group(80, 80, "sg-alb")], 80, ["sg-tenant"]))
        self.assertFalse(lets_in([self.group(80, 80, "sg-alb")], 80, []))
        self.assertFalse(lets_in([], 80, ["sg-alb"]))


class Refused(unittest.TestCase):
    RULES = [{"ListenerArn": "one", "Priority": "7"}, {"ListenerArn": "one", "Priority": "default", "IsDefault": True}]

    def code(self, *arguments):
        return (rule_problem(*arguments) or (None,))[0]

    def test_a_priority_that_is_taken_at_this_listener(self):
        self.assertEqual(self.code("one", "7", [], self.RULES), "PriorityInUse")
        self.assertIsNone(self.code("other", "7", [], self.RULES))

    def test_a_priority_that_is_none(self):
        for priority in ("0", "50001", "default"):
            self.assertEqual(self.code("one", priority, [], self.RULES), "ValidationError")
        self.assertIsNone(self.code("one", "50000", [], self.RULES))

    def test_the_hundred_and_first_rule(self):
        rules = [{"ListenerArn": "one", "Priority": str(number)} for number in range(1, 101)]
        self.assertEqual(self.code("one", "200", [], rules), "TooManyRules")
        self.assertIsNone(self.code("one", "200", [], rules[1:]))

    def test_a_sixth_value(self):
        condition = {"Field": "host-header", "Values": ["a.test"] * 5}
        self.assertIsNone(self.code("one", "1", [condition], []))
        self.assertEqual(self.code("one", "1", [condition, {"Values": ["/x"]}], []), "TooManyConditionValues")

    def test_a_name_of_33_characters_or_with_a_dash_at_its_end(self):
        self.assertIsNone(name_problem("a" * 32))
        for name in ("a" * 33, "a-", "-a", "a_b", ""):
            self.assertIsNotNone(name_problem(name))

    def test_a_size_that_fargate_lacks(self):
        fargate = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "1024"}
        self.assertIsNone(ecs_rules.size_problem({**fargate, "memory": "2048"}))
        self.assertIsNotNone(ecs_rules.size_problem({**fargate, "memory": "9999"}))
        self.assertIsNotNone(ecs_rules.size_problem({**fargate, "memory": "2048", "networkMode": "bridge"}))
        self.assertIsNone(ecs_rules.size_problem({"cpu": "1", "memory": "1"}))

    def test_a_service_on_fargate_without_subnets(self):
        self.assertIsNotNone(ecs_rules.network_problem({"launchType": "FARGATE"}))
        network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
        self.assertIsNone(ecs_rules.network_problem({"launchType": "FARGATE", "networkConfiguration": network}))


class Started(unittest.TestCase):
    def test_needs_the_right_to_each_secret_and_to_its_stream(self):
        arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds/password-a1B2c3"
        definition = {
            "containerDefinitions": [
                {
                    "name": "app",
                    "secrets": [{"name": "PGPASSWORD", "valueFrom": f"{arn}:key::"}],
                    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/one"}},
                }
            ]
        }
        stream = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/one:log-stream:app"
        self.assertEqual(
            needed_to_start(definition, "app", "arn:aws:ecs:us-east-1:123456789012:task/saas/1"),
            [
                ("secretsmanager:GetSecretValue", arn),
                ("logs:CreateLogStream", stream),
                ("logs:PutLogEvents", stream),
            ],
        )

    def test_has_no_credentials_without_a_role(self):
        for role in (None, ""):
            self.assertEqual(World._task_session(None, role, "task"), {})

    def test_needs_nothing_for_a_container_without_either(self):
        self.assertEqual(needed_to_start({"containerDefinitions": [{"name": "app"}]}, "app", "arn"), [])


class Authorised(unittest.TestCase):
    """Each call on what AWS authorises it on."""

    @staticmethod
    def on(service, operation, own=None, **request):
        asked = {"body": request, "params": request}
        own = own or {}
        found = app_rules.checks(
            service, operation, asked, lambda kind, rest: f"{kind}:{rest}", lambda arn: own, lambda name: own
        )
        return [(one.action, one.resource, one.context) for one in found]

    def test_services_by_their_names_and_task_definitions_with_the_roles_that_they_pass(self):
        self.assertEqual(
            self.on("ecs", "DescribeServices", cluster="arn:aws:ecs:r:a:cluster/apps", services=["one", "two"]),
            [("ecs:DescribeServices", f"ecs:service/apps/{name}", {}) for name in ("one", "two")],
        )
        registered = self.on(
            "ecs", "RegisterTaskDefinition", family="shop", executionRoleArn="role", tags=[{"key": "a"}]
        )
        self.assertEqual(
            [(action, resource) for action, resource, _ in registered],
            [
                ("ecs:RegisterTaskDefinition", "ecs:task-definition/shop:*"),
                ("iam:PassRole", "role"),
                ("ecs:TagResource", "ecs:task-definition/shop:*"),
            ],
        )
        self.assertEqual(registered[1][2], {"iam:passedtoservice": "ecs-tasks.amazonaws.com"})
        self.assertEqual(
            self.on(
                "ecs", "DeleteTaskDefinitions", taskDefinitions=["arn:aws:ecs:r:a:task-definition/shop:1", "shop:2"]
            ),
            [("ecs:DeleteTaskDefinitions", f"ecs:task-definition/shop:{revision}", {}) for revision in (1, 2)],
        )

    def test_repositories_by_their_names_and_log_groups_all_at_once(self):
        self.assertEqual(
            self.on("ecr", "DescribeRepositories", repositoryNames=["apps/shop"]),
            [("ecr:DescribeRepositories", "ecr:repository/apps/shop", {})],
        )
        self.assertEqual(
            self.on("logs", "DescribeLogGroups", logGroupNamePrefix="/apps"),
            [("logs:DescribeLogGroups", "logs:log-group::log-stream:", {})],
        )

    def test_a_role_at_its_path_with_the_boundary_that_it_is_to_have_or_has(self):
        asked = {"RoleName": "shop", "Path": "/ci/", "PermissionsBoundary": "most", "Tags.member.1.Key": "Own"}
        self.assertEqual(
            self.on("iam", "CreateRole", **asked),
            [
                ("iam:CreateRole", "iam:role/ci/shop", {"iam:permissionsboundary": "most"}),
                ("iam:TagRole", "iam:role/ci/shop", {}),
            ],
        )
        standing = {"Path": "/ci/", "PermissionsBoundary": "most"}
        self.assertEqual(
            self.on("iam", "PutRolePolicy", standing, RoleName="shop"),
            [("iam:PutRolePolicy", "iam:role/ci/shop", {"iam:permissionsboundary": "most"})],
        )
        self.assertEqual(self.on("iam", "DeleteRole", RoleName="shop"), [("iam:DeleteRole", "iam:role/shop", {})])

    def test_a_rule_at_its_listener_with_the_tags_that_are_asked_for_and_later_by_its_own(self):
        asked = {"ListenerArn": "x:listener/app/a/1/2", "Tags.member.1.Key": "Own", "Tags.member.1.Value": "yes"}
        self.assertEqual(
            self.on("elasticloadbalancing", "CreateRule", **asked),
            [
                ("elasticloadbalancing:CreateRule", "x:listener/app/a/1/2", {"aws:requesttag/own": "yes"}),
                (
                    "elasticloadbalancing:AddTags",
                    "x:listener-rule/app/a/1/2/0f0f0f0f0f0f0f0f",
                    {"elasticloadbalancing:createaction": "CreateRule", "aws:requesttag/own": "yes"},
                ),
            ],
        )
        self.assertEqual(
            self.on("elasticloadbalancing", "DeleteRule", own={"Own": "yes"}, RuleArn="x:listener-rule/1"),
            [("elasticloadbalancing:DeleteRule", "x:listener-rule/1", {"aws:resourcetag/own": "yes"})],
        )


class Well(unittest.TestCase):
    GROUP = {"HealthCheckPath": "/", "Matcher": {"HttpCode": "200-399"}, "HealthCheckTimeoutSeconds": 5}

    def test_is_a_status_of_the_matcher(self):
        for matcher, status in (("200", 200), ("200-399", 302), ("200,302", 302)):
            self.assertTrue(fits(matcher, status))
        for matcher, status in (("200", 204), ("200-399", 400), ("200,302", 301)):
            self.assertFalse(fits(matcher, status))

    def test_is_remembered_for_a_second(self):
        answers, now = iter([200, None, 500]), [0.0]
        health = Health(lambda *_: next(answers), lambda: now[0])
        self.assertTrue(health.is_well(8000, self.GROUP))
        now[0] = 0.9
        self.assertTrue(health.is_well(8000, self.GROUP))
        now[0] = 1.0
        self.assertFalse(health.is_well(8000, self.GROUP))
        now[0] = 2.0
        self.assertFalse(health.is_well(8000, self.GROUP))


class Endpoints(unittest.TestCase):
    def test_keep_their_names(self):
        class Rds:
            @staticmethod
            def _sync_cluster_endpoints(cluster):
                cluster.update(Endpoint="127.0.0.1", ReaderEndpoint="127.0.0.1", Port=5432)

        clusters.install(Rds)
        cluster = {"Endpoint": "one.rds.amazonaws.com", "ReaderEndpoint": "two.rds.amazonaws.com"}
        Rds._sync_cluster_endpoints(cluster)
        wanted = {"Endpoint": "one.rds.amazonaws.com", "ReaderEndpoint": "two.rds.amazonaws.com", "Port": 5432}
        self.assertEqual(cluster, wanted)
