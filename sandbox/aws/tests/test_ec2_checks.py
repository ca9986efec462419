import unittest
from types import SimpleNamespace

from launcher import ec2_checks

ACCOUNT, REGION = "123456789012", "us-east-1"


def launch(**changes):
    fields = dict(
        image_id="ami-1",
        image_parameter=None,
        instance_type="t3.medium",
        subnet_id="subnet-1",
        vpc_id="vpc-1",
        group_ids=["sg-1"],
        encrypted=True,
        volume_type="gp3",
        key_name="",
        spot=False,
        metadata={},
        tags={},
        profile_arn="arn:aws:iam::123456789012:instance-profile/runner",
        template_id="lt-1",
        role_arn="arn:aws:iam::123456789012:role/runner",
        template_resources=frozenset({"image"}),
    )
    return SimpleNamespace(**{**fields, **changes})


def world(tags=None, planned=None, owners=None):
    return ec2_checks.World(
        ACCOUNT,
        REGION,
        lambda one: (tags or {}).get(one, {}),
        lambda request: planned,
        lambda name: f"arn:aws:ssm:{REGION}::parameter{name}",
        lambda name: (owners or {}).get(name),
    )


def by_resource(checks):
    return {(check.action, check.resource.split(":", 5)[-1]): check.context for check in checks}


class ModifyNetworkInterfaceAttribute(unittest.TestCase):
    def test_judges_the_interface_and_each_group_by_its_own_tags(self):
        params = {"NetworkInterfaceId": ["eni-1"], "SecurityGroupId.1": ["sg-1"]}
        checks = by_resource(ec2_checks.checks("ModifyNetworkInterfaceAttribute", params, world()))
        self.assertEqual(
            {resource for _, resource in checks},
            {"network-interface/eni-1", "security-group/sg-1"},
        )


class RunInstances(unittest.TestCase):
    PARAMS = {
        "TagSpecification.1.ResourceType": ["instance"],
        "TagSpecification.1.Tag.1.Key": ["ghr:environment"],
        "TagSpecification.1.Tag.1.Value": ["sandbox"],
    }

    def checks(self, **changes):
        tags = {"instance": [{"Key": "ghr:environment", "Value": "sandbox"}]}
        planned = launch(**{"tags": tags, **changes})
        return by_resource(ec2_checks.checks("RunInstances", self.PARAMS, world(planned=planned)))

    def test_judges_every_resource_of_a_launch(self):
        found = {resource for action, resource in self.checks() if action == "ec2:RunInstances"}
        self.assertEqual(
            found,
            {
                "image/ami-1",
                "instance/*",
                "network-interface/*",
                "subnet/subnet-1",
                "volume/*",
                "security-group/sg-1",
                "launch-template/lt-1",
            },
        )

    def test_judges_the_tags_it_creates_by_the_call_that_creates_them(self):
        context = self.checks()[("ec2:CreateTags", "instance/*")]
        self.assertEqual(context["ec2:createaction"], "RunInstances")
        self.assertEqual(context["aws:requesttag/ghr:environment"], "sandbox")
        self.assertEqual(context["aws:tagkeys"], ["ghr:environment"])

    def test_gives_a_resource_only_the_request_tags_of_its_kind(self):
        checks = self.checks()
        self.assertIn("aws:requesttag/ghr:environment", checks[("ec2:RunInstances", "instance/*")])
        self.assertNotIn("aws:requesttag/ghr:environment", checks[("ec2:RunInstances", "volume/*")])

    def test_asks_whether_the_machines_role_may_be_passed(self):
        context = self.checks()[("iam:PassRole", "role/runner")]
        self.assertEqual(context["iam:passedtoservice"], "ec2.amazonaws.com")

    def test_asks_for_the_image_parameter_and_the_spot_request_where_they_are_used(self):
        checks = self.checks(image_parameter="/aws/service/ami", spot=True)
        self.assertIn(("ssm:GetParameters", "parameter/aws/service/ami"), checks)
        self.assertIn(("ec2:RunInstances", "spot-instances-request/*"), checks)

    def test_says_what_came_from_the_launch_template(self):
        checks = self.checks()
        self.assertEqual(checks[("ec2:RunInstances", "image/ami-1")]["ec2:islaunchtemplateresource"], "true")
        self.assertEqual(checks[("ec2:RunInstances", "subnet/subnet-1")]["ec2:islaunchtemplateresource"], "false")


class SharedNetworks(unittest.TestCase):
    OWNERS = {"subnet-1": "999999999999", "vpc-1": "999999999999"}

    def test_names_a_subnet_by_the_account_that_shares_it(self):
        found = ec2_checks.checks("RunInstances", {}, world(planned=launch(), owners=self.OWNERS))
        owners = {
            check.resource.split(":")[5].split("/")[0]: check.resource.split(":")[4]
            for check in found
            if check.action == "ec2:RunInstances"
        }
        self.assertEqual(
            (owners["subnet"], owners["instance"], owners["security-group"]), ("999999999999", ACCOUNT, ACCOUNT)
        )

    def test_names_a_vpc_by_the_account_that_shares_it(self):
        found = ec2_checks.checks("CreateSecurityGroup", {"VpcId": ["vpc-1"]}, world(owners=self.OWNERS))
        self.assertIn(f"arn:aws:ec2:{REGION}:999999999999:vpc/vpc-1", {check.resource for check in found})


class OtherCalls(unittest.TestCase):
    def test_judges_each_machine_of_a_terminate_call_by_its_own_tags(self):
        tags = {"i-1": {"ghr:environment": "sandbox"}}
        checks = ec2_checks.checks(
            "TerminateInstances", {"InstanceId.1": ["i-1"], "InstanceId.2": ["i-2"]}, world(tags)
        )
        self.assertEqual([check.resource[-3:] for check in checks], ["i-1", "i-2"])
        self.assertEqual(checks[0].context["ec2:resourcetag/ghr:environment"], "sandbox")
        self.assertNotIn("ec2:resourcetag/ghr:environment", checks[1].context)

    def test_judges_the_tags_of_a_new_security_group(self):
        params = {
            "VpcId": ["vpc-1"],
            "TagSpecification.1.ResourceType": ["security-group"],
            "TagSpecification.1.Tag.1.Key": ["a"],
            "TagSpecification.1.Tag.1.Value": ["b"],
        }
        checks = by_resource(ec2_checks.checks("CreateSecurityGroup", params, world()))
        self.assertEqual(checks[("ec2:CreateTags", "security-group/*")]["ec2:createaction"], "CreateSecurityGroup")
        self.assertIn(("ec2:CreateSecurityGroup", "vpc/vpc-1"), checks)

    def test_has_no_resource_for_a_describe_call(self):
        self.assertEqual([check.resource for check in ec2_checks.checks("DescribeInstances", {}, world())], ["*"])

    def test_gives_a_later_tag_call_no_create_action(self):
        params = {"ResourceId.1": ["i-1"], "Tag.1.Key": ["ghr:state"], "Tag.1.Value": ["busy"]}
        (check,) = ec2_checks.checks("CreateTags", params, world())
        self.assertEqual(check.resource, f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1")
        self.assertNotIn("ec2:createaction", check.context)

    def test_leaves_other_calls_to_the_emulator(self):
        self.assertIsNone(ec2_checks.checks("CreateVpc", {}, world()))


if __name__ == "__main__":
    unittest.main()
