import unittest

from launcher import filters, groups, ssm_rules
from launcher.answers import Answers
from launcher.calls import CallLog, error_code
from launcher.faults import Faults
from launcher.query import Ec2Error, nest

OPEN = {
    "IpProtocol": "-1",
    "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
    "Ipv6Ranges": [],
    "PrefixListIds": [],
    "UserIdGroupPairs": [],
}


class Parameters(unittest.TestCase):
    def refusal(self, tier=None, **request):
        return ssm_rules.refusal({"Name": "/p/x", "Value": "v", **request}, tier)

    def test_takes_an_advanced_parameter_with_an_expiry(self):
        policies = '[{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2027-01-01T00:00:00Z"}}]'
        self.assertIsNone(self.refusal(Tier="Advanced", Policies=policies, Value="v" * 8192))

    def test_refuses_policies_on_a_standard_parameter(self):
        self.assertEqual(self.refusal(Policies='[{"Type":"Expiration"}]')[0], "ValidationException")

    def test_refuses_tags_together_with_overwrite(self):
        self.assertEqual(self.refusal(Overwrite=True, Tags=[{"Key": "a", "Value": "b"}])[0], "ValidationException")

    def test_holds_standard_to_4096_and_advanced_to_8192_characters(self):
        self.assertIsNone(self.refusal(Value="v" * 4096))
        self.assertIsNotNone(self.refusal(Value="v" * 4097))
        self.assertIsNone(self.refusal(Value="v" * 4097, Tier="Intelligent-Tiering"))
        self.assertIsNotNone(self.refusal(Value="v" * 8193, Tier="Advanced"))

    def test_never_makes_an_advanced_parameter_standard(self):
        self.assertIsNotNone(self.refusal("Advanced", Tier="Standard", Overwrite=True))

    def test_checks_every_name_of_a_call_and_the_tags_of_a_new_parameter(self):
        found = ssm_rules.checks("GetParameters", {"Names": ["/a", "/b"]}, lambda name: name)
        self.assertEqual([check.resource for check in found], ["/a", "/b"])
        put = ssm_rules.checks("PutParameter", {"Name": "/a", "Tags": [{"Key": "k", "Value": "v"}]}, lambda name: name)
        self.assertEqual([check.action for check in put], ["ssm:PutParameter", "ssm:AddTagsToResource"])


class Filters(unittest.TestCase):
    KNOWN = {"instance-state-name": lambda: "running"}

    def test_matches_any_value_of_every_filter(self):
        wanted = [("instance-state-name", ["pending", "running"]), ("tag:ghr:tenant_id", ["1*"])]
        self.assertTrue(filters.matches(wanted, self.KNOWN, {"ghr:tenant_id": "17"}))
        self.assertFalse(filters.matches(wanted, self.KNOWN, {"ghr:tenant_id": "27"}))
        self.assertFalse(filters.matches(wanted, self.KNOWN, {}))

    def test_refuses_an_unknown_filter(self):
        with self.assertRaises(Ec2Error) as refused:
            filters.check_known([("tenant", ["1"])], self.KNOWN)
        self.assertEqual(refused.exception.code, "InvalidParameterValue")


class SecurityGroups(unittest.TestCase):
    def test_takes_a_permission_apart_by_target_and_puts_it_together_again(self):
        both = {**OPEN, "Ipv6Ranges": [{"CidrIpv6": "::/0"}], "FromPort": 0, "ToPort": 0}
        rules = groups.single_rules(both)
        self.assertEqual(len(rules), 2)
        self.assertEqual(len(groups.merged(rules)), 1)

    def test_knows_the_default_egress_with_and_without_ports(self):
        (with_ports,), (without,) = groups.single_rules({**OPEN, "FromPort": 0, "ToPort": 0}), groups.single_rules(OPEN)
        self.assertEqual(groups.identity(with_ports), groups.identity(without))

    def test_compares_rules_without_their_descriptions(self):
        (described,) = groups.single_rules({**OPEN, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}]})
        self.assertEqual(groups.identity(described), groups.identity(groups.single_rules(OPEN)[0]))


class Requests(unittest.TestCase):
    def test_nests_numbered_members_in_order(self):
        self.assertEqual(
            nest({"Filter.2.Name": ["b"], "Filter.1.Name": ["a"], "Filter.1.Value.1": ["x"]}),
            {"Filter": [{"Name": "a", "Value": ["x"]}, {"Name": "b"}]},
        )

    def test_orders_more_than_nine_members_by_number(self):
        self.assertEqual(nest({f"Id.{i}": [str(i)] for i in range(1, 12)})["Id"][-1], "11")


class LostAnswers(unittest.TestCase):
    def setUp(self):
        self.answers = Answers()
        self.answers.remember(self.headers("one", 1), (200, {"a": "b"}, b"made"))

    @staticmethod
    def headers(invocation, attempt):
        return {"amz-sdk-invocation-id": invocation, "amz-sdk-request": f"attempt={attempt}; max=25"}

    def test_are_given_again_to_a_later_attempt_of_the_same_call(self):
        self.assertEqual(self.answers.recall(self.headers("one", 2)), (200, {"a": "b"}, b"made"))

    def test_are_for_no_other_call_and_no_first_attempt(self):
        self.assertIsNone(self.answers.recall(self.headers("one", 1)))
        self.assertIsNone(self.answers.recall(self.headers("two", 2)))
        self.assertIsNone(self.answers.recall({}))

    def test_are_not_kept_when_they_were_refusals(self):
        self.answers.remember(self.headers("two", 1), (503, {}, b"slow down"))
        self.assertIsNone(self.answers.recall(self.headers("two", 2)))


class Observation(unittest.TestCase):
    def test_reads_the_error_code_of_any_protocol(self):
        self.assertEqual(error_code(400, b"<Error><Code>InvalidGroup.NotFound</Code>"), "InvalidGroup.NotFound")
        self.assertEqual(
            error_code(400, b'{"__type":"com.amazonaws#ConditionalCheckFailedException"}'),
            "ConditionalCheckFailedException",
        )
        self.assertIsNone(error_code(200, b"<Code>x</Code>"))

    def test_lists_calls_since_a_moment(self):
        moments = iter([1.0, 2.0])
        log = CallLog(lambda: next(moments))
        log.record("a", "ec2", "RunInstances")
        log.record("b", "sqs", "SendMessage", "AccessDenied")
        self.assertEqual([call["principal"] for call in log.since(1.5)], ["b"])

    def test_spends_a_fault_as_often_as_told_and_only_where_it_matches(self):
        faults = Faults()
        faults.add(
            {
                "operation": "RunInstances",
                "code": "InsufficientInstanceCapacity",
                "times": 1,
                "match": {"InstanceType": "t3.large"},
            }
        )
        self.assertIsNone(faults.take("RunInstances", {"InstanceType": "t3.medium"}))
        self.assertEqual(faults.take("RunInstances", {"InstanceType": "t3.large"}).code, "InsufficientInstanceCapacity")
        self.assertIsNone(faults.take("RunInstances", {"InstanceType": "t3.large"}))

    def test_names_the_field_of_a_fault_that_is_unknown_or_not_of_its_kind(self):
        fault = {"operation": "RunInstances", "code": "InternalError"}
        for wrong in (
            {"time": 2},
            {"times": 0},
            {"times": True},
            {"after": "1"},
            {"status": 200},
            {"match": []},
            {"principal": 7},
        ):
            with self.subTest(wrong=wrong), self.assertRaisesRegex(ValueError, f"^{next(iter(wrong))}: "):
                Faults().add({**fault, **wrong})

    def test_lets_calls_pass_first_and_refuses_one_caller_only(self):
        faults = Faults()
        faults.add({"operation": "PutParameter", "code": "ThrottlingException", "after": 1, "principal": "scale-up"})
        self.assertIsNone(faults.take("PutParameter", {}, "scale-down"))
        self.assertIsNone(faults.take("PutParameter", {}, "scale-up"))
        self.assertEqual(faults.take("PutParameter", {}, "scale-up").code, "ThrottlingException")
        self.assertIsNone(faults.take("PutParameter", {}, "scale-up"))

    def test_counts_what_was_judged_apart_from_the_calls(self):
        log = CallLog()
        for _ in range(2):
            log.use("a", "ec2:RunInstances", "arn:x", True)
        log.use("a", "ec2:CreateTags", "arn:x", False)
        self.assertEqual(
            [(one["action"], one["allowed"], one["count"]) for one in log.uses()],
            [("ec2:RunInstances", True, 2), ("ec2:CreateTags", False, 1)],
        )
        log.reset()
        self.assertEqual(log.uses(), [])


if __name__ == "__main__":
    unittest.main()
