"""The launcher as its users meet it: real AWS clients over HTTP, with IAM on."""

import base64
import io
import json
import re
import unittest
import urllib.error
import urllib.request
import xml.etree.ElementTree
import zipfile

from launcher import ancestry

from .emulator import ACCOUNT, IMAGE, REGION, SUBNETS, Emulator, code_of, wait_for

emulator = None


def setUpModule():
    global emulator
    emulator = Emulator()


def tearDownModule():
    emulator.close()


def tags(kind, **pairs):
    return {
        "ResourceType": kind,
        "Tags": [{"Key": key.replace("__", ":"), "Value": value} for key, value in pairs.items()],
    }


def run(ec2=None, **changes):
    request = {
        "ImageId": IMAGE,
        "InstanceType": "t3.medium",
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": SUBNETS[0],
        **changes,
    }
    machine = (ec2 or emulator.client("ec2")).run_instances(**request)["Instances"][0]
    wait_for(lambda: shown(machine["InstanceId"]))
    return machine


def shown(instance_id):
    """As EC2 describes it, or None."""
    by_id = [{"Name": "instance-id", "Values": [instance_id]}]
    found = emulator.client("ec2").describe_instances(Filters=by_id)["Reservations"]
    return found[0]["Instances"][0] if found else None


def state(instance_id):
    found = emulator.client("ec2").describe_instances(InstanceIds=[instance_id])
    return found["Reservations"][0]["Instances"][0]["State"]["Name"]


class Launching(unittest.TestCase):
    def test_takes_from_the_launch_template_what_the_request_leaves_out(self):
        emulator.role("templated", [])
        emulator.profile("templated", "templated")
        ec2 = emulator.client("ec2")
        template = ec2.create_launch_template(
            LaunchTemplateName="all",
            LaunchTemplateData={
                "ImageId": IMAGE,
                "UserData": base64.b64encode(b"#!/bin/sh\n").decode(),
                "IamInstanceProfile": {"Name": "templated"},
                "InstanceInitiatedShutdownBehavior": "terminate",
                "MetadataOptions": {"HttpTokens": "required", "InstanceMetadataTags": "enabled"},
                "BlockDeviceMappings": [
                    {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeSize": 30, "VolumeType": "gp3"}}
                ],
                "TagSpecifications": [{"ResourceType": "volume", "Tags": [{"Key": "from", "Value": "template"}]}],
            },
        )["LaunchTemplate"]["LaunchTemplateId"]
        machine = ec2.run_instances(
            LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"},
            MinCount=1,
            MaxCount=1,
            InstanceType="t3.large",
            SubnetId=SUBNETS[0],
        )["Instances"][0]
        seen = next(one for one in emulator.control("GET", "machines") if one["instance_id"] == machine["InstanceId"])
        self.assertEqual(
            (seen["user_data"], seen["role_name"], seen["instance_type"]), ("#!/bin/sh\n", "templated", "t3.large")
        )
        self.assertEqual(machine["MetadataOptions"]["HttpTokens"], "required")
        volumes = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [machine["InstanceId"]]}])[
            "Volumes"
        ]
        self.assertEqual(
            [(one["Encrypted"], one["Size"], one["Tags"]) for one in volumes],
            [(True, 30, [{"Key": "from", "Value": "template"}])],
        )
        self.assertEqual(
            emulator.control("POST", f"machines/{machine['InstanceId']}/shutdown")["state"], "shutting-down"
        )
        wait_for(lambda: (shown(machine["InstanceId"]) or machine)["State"]["Name"] == "terminated")

    def test_shows_a_templates_user_data_and_takes_another_from_the_request(self):
        ec2 = emulator.client("ec2")
        encoded = base64.b64encode(b"#!/bin/sh\necho '{{secret}}'\n").decode()
        template = ec2.create_launch_template(
            LaunchTemplateName="with-a-place", LaunchTemplateData={"ImageId": IMAGE, "UserData": encoded}
        )["LaunchTemplate"]["LaunchTemplateId"]
        described = ec2.describe_launch_template_versions(LaunchTemplateId=template, Versions=["1"])
        data = described["LaunchTemplateVersions"][0]["LaunchTemplateData"]["UserData"]
        self.assertEqual(data, encoded)
        own = base64.b64decode(data).decode().replace("{{secret}}", "of this launch")
        machine = run(LaunchTemplate={"LaunchTemplateId": template, "Version": "1"}, UserData=own)
        seen = next(one for one in emulator.control("GET", "machines") if one["instance_id"] == machine["InstanceId"])
        self.assertEqual(seen["user_data"], own)
        shown = ec2.describe_instance_attribute(InstanceId=machine["InstanceId"], Attribute="userData")
        self.assertEqual(base64.b64decode(shown["UserData"]["Value"]).decode(), own)

    def test_takes_another_user_data_for_another_request(self):
        first = run(ClientToken="with-data", UserData="one")
        self.assertEqual(run(ClientToken="with-data", UserData="one")["InstanceId"], first["InstanceId"])
        with self.assertRaisesRegex(Exception, "IdempotentParameterMismatch"):
            run(ClientToken="with-data", UserData="two")

    def test_refuses_to_describe_a_version_of_a_template_that_is_not_there(self):
        ec2 = emulator.client("ec2")
        template = ec2.create_launch_template(LaunchTemplateName="one-version", LaunchTemplateData={"ImageId": IMAGE})
        known = template["LaunchTemplate"]["LaunchTemplateId"]
        for name, version, code in (
            (known, "7", "InvalidLaunchTemplateId.VersionNotFound"),
            ("lt-0000000000000dead", "1", "InvalidLaunchTemplateId.NotFound"),
        ):
            call = {"LaunchTemplateId": name, "Versions": [version]}
            self.assertEqual(code_of(ec2.describe_launch_template_versions, **call), code)

    def test_starts_one_machine_for_one_token_and_zone(self):
        first, again = run(ClientToken="one"), run(ClientToken="one")
        self.assertEqual(first["InstanceId"], again["InstanceId"])
        self.assertNotEqual(run(ClientToken="one", SubnetId=SUBNETS[1])["InstanceId"], first["InstanceId"])
        refused = code_of(
            emulator.client("ec2").run_instances,
            ImageId=IMAGE,
            InstanceType="t3.large",
            MinCount=1,
            MaxCount=1,
            SubnetId=SUBNETS[0],
            ClientToken="one",
        )
        self.assertEqual(refused, "IdempotentParameterMismatch")

    def test_numbers_the_machines_of_one_call_and_gives_as_many_as_there_is_room_for(self):
        ec2 = emulator.client("ec2")
        fault = {"operation": "RunInstances", "code": "InsufficientInstanceCapacity", "machines": 2}
        emulator.control("POST", "faults", fault)
        request = {"ImageId": IMAGE, "InstanceType": "t3.large", "SubnetId": SUBNETS[0], "ClientToken": "several"}
        first, again = (ec2.run_instances(MinCount=1, MaxCount=3, **request)["Instances"] for _ in range(2))
        self.assertEqual([one["AmiLaunchIndex"] for one in first], [0, 1])
        self.assertEqual([one["InstanceId"] for one in first], [one["InstanceId"] for one in again])
        self.assertEqual(len({one["NetworkInterfaces"][0]["NetworkInterfaceId"] for one in first}), 2)
        other = code_of(ec2.run_instances, MinCount=1, MaxCount=2, **request)
        self.assertEqual(other, "IdempotentParameterMismatch")

    def test_answers_a_token_with_the_state_that_its_machine_has_now(self):
        machine = run(ClientToken="ended")["InstanceId"]
        emulator.client("ec2").terminate_instances(InstanceIds=[machine])
        self.assertEqual(run(ClientToken="ended")["State"]["Name"], "shutting-down")

    def test_tags_machine_volume_and_interface_from_birth(self):
        machine = run(
            TagSpecifications=[tags(kind, ghr__tenant_id="7") for kind in ("instance", "volume", "network-interface")]
        )
        interface = machine["NetworkInterfaces"][0]["NetworkInterfaceId"]
        wait_for(lambda: shown(machine["InstanceId"])["BlockDeviceMappings"])
        volume = shown(machine["InstanceId"])["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
        ec2 = emulator.client("ec2")
        for resource in (machine["InstanceId"], interface, volume):
            found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [resource]}])["Tags"]
            self.assertEqual([(one["Key"], one["Value"]) for one in found], [("ghr:tenant_id", "7")])

    def test_shows_the_disk_of_a_machine_some_time_after_it_has_started(self):
        ec2 = emulator.client("ec2")
        request = {"ImageId": IMAGE, "InstanceType": "t3.medium", "SubnetId": SUBNETS[0], "MinCount": 1}
        machine = ec2.run_instances(MaxCount=1, **request)["Instances"][0]
        self.assertEqual(machine.get("BlockDeviceMappings", []), [])
        wait_for(lambda: (shown(machine["InstanceId"]) or {}).get("BlockDeviceMappings"))

    def test_refuses_what_ec2_refuses(self):
        ec2 = emulator.client("ec2")
        base = {"ImageId": IMAGE, "InstanceType": "t3.medium", "MinCount": 1, "MaxCount": 1, "SubnetId": SUBNETS[0]}
        cases = [
            ({"InstanceType": "t3.enormous"}, "InvalidParameterValue"),
            ({"SubnetId": "subnet-0000000000000dead"}, "InvalidSubnetID.NotFound"),
            ({"ImageId": "ami-0000000000000dead"}, "InvalidAMIID.NotFound"),
            ({"SecurityGroupIds": ["sg-0000000000000dead"]}, "InvalidGroup.NotFound"),
            ({"IamInstanceProfile": {"Name": "nobody"}}, "InvalidParameterValue"),
            ({"UserData": "x" * 20000}, "InvalidParameterValue"),
            ({"TagSpecifications": [tags("spot-instances-request", a="b")]}, "InvalidParameterValue"),
            ({"TagSpecifications": [tags("instance", aws__x="b")]}, "InvalidParameterValue"),
            (
                {
                    "MetadataOptions": {"InstanceMetadataTags": "enabled"},
                    "TagSpecifications": [tags("instance", **{"a b": "c"})],
                },
                "InvalidParameterValue",
            ),
            ({"InstanceMarketOptions": {"MarketType": "spot"}}, "AuthFailure.ServiceLinkedRoleCreationNotPermitted"),
        ]
        for change, expected in cases:
            with self.subTest(change=change):
                self.assertEqual(code_of(ec2.run_instances, **{**base, **change}), expected)

    def test_answers_faults_as_often_as_it_is_told(self):
        emulator.control("POST", "faults", {"operation": "RunInstances", "code": "InsufficientInstanceCapacity"})
        ec2 = emulator.client("ec2")
        request = {"ImageId": IMAGE, "InstanceType": "t3.medium", "MinCount": 1, "MaxCount": 1, "SubnetId": SUBNETS[0]}
        self.assertEqual(code_of(ec2.run_instances, **request), "InsufficientInstanceCapacity")
        self.assertIsNone(code_of(ec2.run_instances, **request))

    def test_answers_a_fault_only_to_requests_for_so_many(self):
        fault = {"operation": "RunInstances", "code": "InsufficientInstanceCapacity", "least": {"MaxCount": 2}}
        emulator.control("POST", "faults", fault)
        ec2 = emulator.client("ec2")
        request = {"ImageId": IMAGE, "InstanceType": "t3.medium", "MinCount": 1, "SubnetId": SUBNETS[0]}
        self.assertIsNone(code_of(ec2.run_instances, MaxCount=1, **request))
        self.assertEqual(code_of(ec2.run_instances, MaxCount=2, **request), "InsufficientInstanceCapacity")


class Living(unittest.TestCase):
    def test_goes_from_pending_to_running_and_from_shutting_down_to_terminated(self):
        machine = run()
        self.assertEqual(machine["State"]["Name"], "pending")
        wait_for(lambda: state(machine["InstanceId"]) == "running")
        change = emulator.client("ec2").terminate_instances(InstanceIds=[machine["InstanceId"]])[
            "TerminatingInstances"
        ][0]
        self.assertEqual(
            (change["PreviousState"]["Name"], change["CurrentState"]["Name"]), ("running", "shutting-down")
        )
        wait_for(lambda: state(machine["InstanceId"]) == "terminated")

    def test_terminates_none_when_one_id_is_bad(self):
        ec2, machine = emulator.client("ec2"), run()["InstanceId"]
        self.assertEqual(
            code_of(ec2.terminate_instances, InstanceIds=[machine, "i-0123456789abcdef0"]), "InvalidInstanceID.NotFound"
        )
        self.assertEqual(code_of(ec2.terminate_instances, InstanceIds=[machine, "i-x"]), "InvalidInstanceID.Malformed")
        self.assertIn(state(machine), ("pending", "running"))

    def test_terminates_nothing_in_the_zone_of_a_protected_machine(self):
        ec2 = emulator.client("ec2")
        protected, beside = run()["InstanceId"], run()["InstanceId"]
        elsewhere = run(SubnetId=SUBNETS[1])["InstanceId"]
        ec2.modify_instance_attribute(InstanceId=protected, DisableApiTermination={"Value": True})
        all_three = [protected, beside, elsewhere]
        self.assertEqual(code_of(ec2.terminate_instances, InstanceIds=all_three), "OperationNotPermitted")
        self.assertEqual([state(one) in ("shutting-down", "terminated") for one in all_three], [False, False, True])
        self.assertIsNone(code_of(ec2.terminate_instances, InstanceIds=[beside]))
        ec2.modify_instance_attribute(InstanceId=protected, DisableApiTermination={"Value": False})
        self.assertIsNone(code_of(ec2.terminate_instances, InstanceIds=[protected]))

    def test_finds_machines_by_filters_and_refuses_unknown_ones(self):
        ec2 = emulator.client("ec2")
        machine = run(ClientToken="found", TagSpecifications=[tags("instance", owner="me")])["InstanceId"]
        for name, value in (("client-token", "found"), ("tag:owner", "me"), ("instance-id", machine)):
            found = ec2.describe_instances(Filters=[{"Name": name, "Values": [value]}])["Reservations"]
            self.assertEqual([one["Instances"][0]["InstanceId"] for one in found], [machine], name)
        self.assertEqual(
            code_of(ec2.describe_instances, Filters=[{"Name": "tenant", "Values": ["1"]}]), "InvalidParameterValue"
        )

    def test_pages_through_machines(self):
        for _ in range(6):
            run(TagSpecifications=[tags("instance", paged="yes")])
        pages = (
            emulator.client("ec2")
            .get_paginator("describe_instances")
            .paginate(Filters=[{"Name": "tag:paged", "Values": ["yes"]}], PaginationConfig={"PageSize": 5})
        )
        self.assertEqual([len(page["Reservations"]) for page in pages], [5, 1])

    def test_tells_why_ec2_ended_a_machine_by_itself(self):
        machine = run()["InstanceId"]
        emulator.control("POST", f"machines/{machine}/shutdown", {"reason": "Client.VolumeLimitExceeded"})
        found = emulator.client("ec2").describe_instances(InstanceIds=[machine])["Reservations"][0]["Instances"][0]
        self.assertIn(found["State"]["Name"], ("shutting-down", "terminated"))
        self.assertEqual(found["StateReason"]["Code"], "Client.VolumeLimitExceeded")

    def test_forgets_a_machine_with_its_tags(self):
        machine = run(TagSpecifications=[tags("instance", ghr__environment="sandbox")])["InstanceId"]
        emulator.client("ec2").terminate_instances(InstanceIds=[machine])
        wait_for(lambda: state(machine) == "terminated")
        emulator.control("POST", f"machines/{machine}/forget")
        self.assertEqual(
            code_of(emulator.client("ec2").terminate_instances, InstanceIds=[machine]), "InvalidInstanceID.NotFound"
        )


class SecurityGroups(unittest.TestCase):
    def group(self, name):
        return emulator.client("ec2").create_security_group(GroupName=name, Description="d", VpcId="vpc-00000001")[
            "GroupId"
        ]

    def test_has_an_open_egress_that_can_be_revoked_once(self):
        ec2, group = emulator.client("ec2"), self.group("egress")
        everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        self.assertIsNone(code_of(ec2.revoke_security_group_egress, GroupId=group, IpPermissions=everything))
        self.assertEqual(
            code_of(ec2.revoke_security_group_egress, GroupId=group, IpPermissions=everything),
            "InvalidPermission.NotFound",
        )
        https = [
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "https"}],
            }
        ]
        self.assertIsNone(code_of(ec2.authorize_security_group_egress, GroupId=group, IpPermissions=https))
        self.assertEqual(
            code_of(ec2.authorize_security_group_egress, GroupId=group, IpPermissions=https),
            "InvalidPermission.Duplicate",
        )
        (seen,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"]
        self.assertEqual((seen["FromPort"], seen["IpRanges"][0]["Description"]), (443, "https"))

    def test_stores_a_rule_in_its_own_spelling(self):
        ec2, group = emulator.client("ec2"), self.group("spelling")
        written = [
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "Ipv6Ranges": [{"CidrIpv6": "2001:DB8:0::/32"}],
                "IpRanges": [{"CidrIp": "100.68.0.18/18"}],
            }
        ]
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=written)
        seen = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"][-1]
        self.assertEqual(
            (seen["Ipv6Ranges"], seen["IpRanges"]), ([{"CidrIpv6": "2001:db8::/32"}], [{"CidrIp": "100.68.0.0/18"}])
        )
        self.assertEqual(
            code_of(ec2.authorize_security_group_egress, GroupId=group, IpPermissions=written),
            "InvalidPermission.Duplicate",
        )

    def test_refuses_a_second_group_of_the_name(self):
        self.group("twice")
        self.assertEqual(
            code_of(
                emulator.client("ec2").create_security_group, GroupName="twice", Description="d", VpcId="vpc-00000001"
            ),
            "InvalidGroup.Duplicate",
        )

    def test_lets_a_group_go_only_after_its_machines(self):
        ec2, group = emulator.client("ec2"), self.group("used")
        machine = run(SecurityGroupIds=[group])["InstanceId"]
        self.assertEqual(code_of(ec2.delete_security_group, GroupId=group), "DependencyViolation")
        ec2.terminate_instances(InstanceIds=[machine])
        wait_for(lambda: state(machine) == "terminated")
        self.assertIsNone(code_of(ec2.delete_security_group, GroupId=group))
        self.assertEqual(code_of(ec2.delete_security_group, GroupId=group), "InvalidGroup.NotFound")

    def test_finds_groups_by_name_and_tag(self):
        ec2 = emulator.client("ec2")
        group = ec2.create_security_group(
            GroupName="tagged",
            Description="d",
            VpcId="vpc-00000001",
            TagSpecifications=[tags("security-group", ghr__tenant_id="9")],
        )["GroupId"]
        for name, value in (("group-name", "tagged"), ("tag:ghr:tenant_id", "9")):
            found = ec2.describe_security_groups(Filters=[{"Name": name, "Values": [value]}])["SecurityGroups"]
            self.assertEqual([one["GroupId"] for one in found], [group])


class Lookups(unittest.TestCase):
    """What the module asks at plan."""

    def test_tells_which_instance_types_have_an_architecture(self):
        def found(*types):
            wanted = [
                {"Name": "instance-type", "Values": list(types)},
                {"Name": "processor-info.supported-architecture", "Values": ["arm64"]},
            ]
            return [
                one["InstanceType"]
                for one in emulator.client("ec2").describe_instance_types(Filters=wanted)["InstanceTypes"]
            ]

        self.assertEqual(
            found("t4g.large", "t3.medium", "m7g.large", "g4dn.xlarge", "m99.large"), ["m7g.large", "t4g.large"]
        )

    def test_finds_only_subnets_of_the_vpc(self):
        def found(vpc):
            wanted = [{"Name": "subnet-id", "Values": [*SUBNETS, "subnet-0fff"]}, {"Name": "vpc-id", "Values": [vpc]}]
            return [one["SubnetId"] for one in emulator.client("ec2").describe_subnets(Filters=wanted)["Subnets"]]

        self.assertEqual((sorted(found("vpc-00000001")), found("vpc-0fff")), (sorted(SUBNETS), []))

    def test_has_aws_own_key_for_disks_until_the_account_names_another(self):
        ec2 = emulator.client("ec2")
        self.assertEqual(ec2.get_ebs_default_kms_key_id()["KmsKeyId"], "alias/aws/ebs")
        key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/disks"
        ec2.modify_ebs_default_kms_key_id(KmsKeyId=key)
        self.assertEqual(ec2.get_ebs_default_kms_key_id()["KmsKeyId"], key)
        ec2.reset_ebs_default_kms_key_id()


class Events(unittest.TestCase):
    def test_delivers_state_changes_to_a_queue_whose_policy_lets_the_rule_in(self):
        sqs, events = emulator.client("sqs"), emulator.client("events")
        urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("open", "shut")]
        arns = [f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}" for name in ("open", "shut")]
        rule = events.put_rule(
            Name="states",
            EventPattern=json.dumps({"source": ["aws.ec2"], "detail": {"state": ["shutting-down", "terminated"]}}),
        )["RuleArn"]
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arns[0],
                    "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
                }
            ],
        }
        sqs.set_queue_attributes(QueueUrl=urls[0], Attributes={"Policy": json.dumps(policy)})
        events.put_targets(Rule="states", Targets=[{"Id": str(index), "Arn": arn} for index, arn in enumerate(arns)])
        machine = run()["InstanceId"]
        emulator.client("ec2").terminate_instances(InstanceIds=[machine])
        seen = []

        def both_states():
            for message in sqs.receive_message(QueueUrl=urls[0], MaxNumberOfMessages=10).get("Messages", []):
                event = json.loads(message["Body"])
                if event["detail"]["instance-id"] == machine:
                    seen.append((event["detail-type"], event["detail"]["state"], event["resources"]))
            return len(seen) >= 2

        wait_for(both_states)
        arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{machine}"
        kind = "EC2 Instance State-change Notification"
        self.assertEqual(seen, [(kind, "shutting-down", [arn]), (kind, "terminated", [arn])])
        self.assertNotIn("Messages", sqs.receive_message(QueueUrl=urls[1]))


class Permissions(unittest.TestCase):
    def test_lets_a_machine_read_its_own_parameter_and_no_other(self):
        name = "arn:aws:ssm:*:*:parameter/p/tenants/*"
        emulator.role(
            "runner",
            [
                {
                    "Effect": "Allow",
                    "Action": ["ssm:GetParameter", "ssm:DeleteParameter"],
                    "Resource": name,
                    "Condition": {"StringLike": {"ec2:SourceInstanceARN": "*/${aws:ResourceTag/InstanceId}"}},
                }
            ],
        )
        emulator.profile("runner", "runner")
        mine, theirs = (run(IamInstanceProfile={"Name": "runner"})["InstanceId"] for _ in range(2))
        ssm = emulator.client("ssm")
        for machine in (mine, theirs):
            ssm.put_parameter(
                Name=f"/p/tenants/1/runners/{machine}",
                Value="jit",
                Type="SecureString",
                Tier="Advanced",
                Tags=[{"Key": "InstanceId", "Value": machine}],
            )
        ssm.put_parameter(Name="/p/tenants/1/runners/untagged", Value="jit", Type="SecureString")
        ssm.put_parameter(
            Name="/p/tenants/1/runners/anybody",
            Value="jit",
            Type="SecureString",
            Tags=[{"Key": "InstanceId", "Value": "*"}],
        )
        session = emulator.client("ssm", emulator.control("POST", f"machines/{mine}/credentials"))
        self.assertIsNone(code_of(session.get_parameter, Name=f"/p/tenants/1/runners/{mine}", WithDecryption=True))
        for other in (theirs, "untagged", "anybody"):
            self.assertEqual(
                code_of(session.get_parameter, Name=f"/p/tenants/1/runners/{other}"), "AccessDeniedException", other
            )
        self.assertIsNone(code_of(session.delete_parameter, Name=f"/p/tenants/1/runners/{mine}"))

    def test_lets_a_bucket_ask_for_writes_that_replace_nothing(self):
        s3 = emulator.client("s3")
        s3.create_bucket(Bucket="trail")
        deny = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::trail/*",
            "Condition": {"Null": {"s3:if-none-match": "true"}},
        }
        s3.put_bucket_policy(Bucket="trail", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
        allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::trail/*"}
        writer = emulator.client("s3", emulator.role("writer-of-objects", [allow]))
        put = {"Bucket": "trail", "Key": "day=1/a", "Body": b"{}"}
        self.assertEqual(code_of(writer.put_object, **put), "AccessDenied")
        self.assertIsNone(code_of(writer.put_object, IfNoneMatch="*", **put))
        self.assertEqual(code_of(writer.put_object, IfNoneMatch="*", **put), "PreconditionFailed")

    def test_denies_the_same_role_without_a_machine(self):
        keys = emulator.role(
            "machineless",
            [
                {
                    "Effect": "Allow",
                    "Action": "ssm:GetParameter",
                    "Resource": "*",
                    "Condition": {"StringLike": {"ec2:SourceInstanceARN": "*/${aws:ResourceTag/InstanceId}"}},
                }
            ],
        )
        emulator.client("ssm").put_parameter(
            Name="/q/x", Value="v", Type="String", Tags=[{"Key": "InstanceId", "Value": "i-1"}]
        )
        self.assertEqual(code_of(emulator.client("ssm", keys).get_parameter, Name="/q/x"), "AccessDeniedException")

    def test_needs_every_part_of_a_launch_to_be_allowed(self):
        emulator.role("passed", [])
        emulator.profile("passed", "passed")
        launch = {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}
        tagging = {
            "Effect": "Allow",
            "Action": "ec2:CreateTags",
            "Resource": "*",
            "Condition": {"StringEquals": {"ec2:CreateAction": "RunInstances"}},
        }
        passing = {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": f"arn:aws:iam::{ACCOUNT}:role/passed",
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        }
        reading = {
            "Effect": "Allow",
            "Action": "ssm:GetParameters",
            "Resource": "arn:aws:ssm:*::parameter/aws/service/*",
        }
        whole = [launch, tagging, passing, reading]
        request = {
            "ImageId": IMAGE,
            "InstanceType": "t3.medium",
            "MinCount": 1,
            "MaxCount": 1,
            "SubnetId": SUBNETS[0],
            "IamInstanceProfile": {"Name": "passed"},
            "TagSpecifications": [tags("instance", ghr__environment="x")],
        }
        attempts = [
            ("whole", whole, None),
            *(
                (f"without{index}", [one for one in whole if one is not left_out], "UnauthorizedOperation")
                for index, left_out in enumerate(whole)
            ),
        ]
        needs_tag = {
            **launch,
            "Resource": "arn:aws:ec2:*:*:volume/*",
            "Condition": {"StringEquals": {"aws:RequestTag/ghr:environment": "x"}},
        }
        others = {**launch, "NotResource": "arn:aws:ec2:*:*:volume/*"}
        del others["Resource"]
        attempts.append(("volume", [needs_tag, others, tagging, passing, reading], "UnauthorizedOperation"))
        for name, statements, expected in attempts:
            with self.subTest(name):
                self.assertEqual(
                    code_of(emulator.client("ec2", emulator.role(name, statements)).run_instances, **request), expected
                )

    def test_terminates_only_what_carries_the_tag_and_each_of_several(self):
        keys = emulator.role(
            "ender",
            [
                {
                    "Effect": "Allow",
                    "Action": "ec2:TerminateInstances",
                    "Resource": "arn:aws:ec2:*:*:instance/*",
                    "Condition": {"StringEquals": {"aws:ResourceTag/ghr:environment": "sandbox"}},
                }
            ],
        )
        ours = run(TagSpecifications=[tags("instance", ghr__environment="sandbox")])["InstanceId"]
        foreign = run()["InstanceId"]
        ec2 = emulator.client("ec2", keys)
        self.assertEqual(code_of(ec2.terminate_instances, InstanceIds=[ours, foreign]), "UnauthorizedOperation")
        self.assertIsNone(code_of(ec2.terminate_instances, InstanceIds=[ours]))

    def test_judges_the_right_to_end_a_machine_before_it_looks_whether_there_is_one(self):
        keys = emulator.role(
            "late-ender",
            [
                {
                    "Effect": "Allow",
                    "Action": "ec2:TerminateInstances",
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:ResourceTag/ghr:environment": "sandbox"}},
                }
            ],
        )
        gone = "i-0fffffffffffffff0"
        self.assertEqual(
            code_of(emulator.client("ec2", keys).terminate_instances, InstanceIds=[gone]), "UnauthorizedOperation"
        )
        self.assertEqual(
            code_of(emulator.client("ec2").terminate_instances, InstanceIds=[gone]), "InvalidInstanceID.NotFound"
        )

    def test_lets_a_machine_tag_only_itself_and_only_with_the_allowed_keys(self):
        emulator.role(
            "tagger",
            [
                {
                    "Effect": "Allow",
                    "Action": "ec2:CreateTags",
                    "Resource": "arn:aws:ec2:*:*:instance/*",
                    "Condition": {
                        "StringLike": {"ec2:SourceInstanceARN": "*/${ec2:InstanceID}"},
                        "ForAllValues:StringEquals": {"aws:TagKeys": ["ghr:state"]},
                    },
                }
            ],
        )
        emulator.profile("tagger", "tagger")
        mine, other = (run(IamInstanceProfile={"Name": "tagger"})["InstanceId"] for _ in range(2))
        ec2 = emulator.client("ec2", emulator.control("POST", f"machines/{mine}/credentials"))
        self.assertIsNone(code_of(ec2.create_tags, Resources=[mine], Tags=[{"Key": "ghr:state", "Value": "busy"}]))
        self.assertEqual(
            code_of(ec2.create_tags, Resources=[mine], Tags=[{"Key": "ghr:tenant_id", "Value": "2"}]),
            "UnauthorizedOperation",
        )
        self.assertEqual(
            code_of(ec2.create_tags, Resources=[other], Tags=[{"Key": "ghr:state", "Value": "busy"}]),
            "UnauthorizedOperation",
        )

    def test_lists_only_below_the_path_that_a_role_may_list(self):
        keys = emulator.role(
            "lister",
            [
                {
                    "Effect": "Allow",
                    "Action": "ssm:GetParametersByPath",
                    "Resource": f"arn:aws:ssm:*:{ACCOUNT}:parameter/p/tenants/*",
                }
            ],
        )
        ssm = emulator.client("ssm", keys)
        self.assertIsNone(code_of(ssm.get_parameters_by_path, Path="/p/tenants/7/", Recursive=True))
        self.assertEqual(code_of(ssm.get_parameters_by_path, Path="/p", Recursive=True), "AccessDeniedException")

    def test_needs_the_right_to_tag_for_a_parameter_with_tags(self):
        put = {"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": "*"}
        ssm = emulator.client("ssm", emulator.role("untagging", [put]))
        self.assertIsNone(code_of(ssm.put_parameter, Name="/t/1", Value="v", Type="String"))
        self.assertEqual(
            code_of(ssm.put_parameter, Name="/t/2", Value="v", Type="String", Tags=[{"Key": "a", "Value": "b"}]),
            "AccessDeniedException",
        )

    def test_sends_a_batch_with_the_right_to_send(self):
        url = emulator.client("sqs").create_queue(QueueName="batch")["QueueUrl"]
        keys = emulator.role("sender", [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}])
        self.assertIsNone(
            code_of(
                emulator.client("sqs", keys).send_message_batch, QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "x"}]
            )
        )


# With the SDK that our functions have: it is what hands a chain on.
ECHO = f"""
import {{ createRequire }} from 'node:module';
const {{ SQSClient, SendMessageCommand }} = createRequire({json.dumps(__file__)})('@aws-sdk/client-sqs');
const client = new SQSClient({{}});
export const handler = async ({{ Records }}) => {{
  for (const {{ body }} of Records) await client.send(new SendMessageCommand({{ QueueUrl: body, MessageBody: body }}));
}};
"""


class Functions(unittest.TestCase):
    def function(
        self, name, statements, code="export const handler = async () => ({ statusCode: 200 });", runtime="nodejs22.x"
    ):
        emulator.role(name, statements)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            file.writestr("index.mjs", code)
        return emulator.client("lambda").create_function(
            FunctionName=name,
            Runtime=runtime,
            Handler="index.handler",
            Role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
            Code={"ZipFile": packed.getvalue()},
        )["FunctionArn"]

    def test_run_on_the_node_that_their_runtime_names(self):
        for runtime, major in (("nodejs22.x", "v22"), ("nodejs24.x", "v24")):
            self.function(f"on-{major}", [], "export const handler = async () => process.version;", runtime)
            answer = emulator.client("lambda").invoke(FunctionName=f"on-{major}")
            self.assertEqual(json.load(answer["Payload"]).split(".")[0], major)

    def test_die_before_they_hear_of_the_call_that_is_to_end_them(self):
        ask = """
            import { createRequire } from 'node:module';
            const { SQSClient, CreateQueueCommand } = createRequire(PATH)('@aws-sdk/client-sqs');
            const client = new SQSClient({});
            export const handler = async () => client.send(new CreateQueueCommand({ QueueName: 'last-words' }));
        """.replace("PATH", json.dumps(__file__))
        self.function("dying", [{"Effect": "Allow", "Action": "sqs:CreateQueue", "Resource": "*"}], ask)
        fault = {"operation": "CreateQueue", "code": "Unheard", "principal": "dying", "dies": True}
        emulator.control("POST", "faults", fault)
        client = emulator.client("lambda")
        answer = client.invoke(FunctionName="dying")
        self.assertIn("died", json.load(answer["Payload"])["errorMessage"])
        self.assertIsNone(code_of(emulator.client("sqs").get_queue_url, QueueName="last-words"))
        self.assertNotIn("FunctionError", client.invoke(FunctionName="dying"))

    def test_are_refused_a_runtime_that_lambda_has_no_more(self):
        self.assertEqual(
            code_of(self.function, name="late", statements=[], runtime="nodejs18.x"), "InvalidParameterValueException"
        )
        self.function("kept", [])
        change = emulator.client("lambda").update_function_configuration
        self.assertEqual(code_of(change, FunctionName="kept", Runtime="nodejs18.x"), "InvalidParameterValueException")

    def test_maps_a_queue_only_to_a_function_whose_role_may_poll_it(self):
        emulator.client("sqs").create_queue(QueueName="polled")
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:polled"
        polling = {
            "Effect": "Allow",
            "Resource": arn,
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        }
        self.function("may-poll", [polling])
        self.function("may-not-poll", [{**polling, "Action": ["sqs:ReceiveMessage"]}])
        create = emulator.client("lambda").create_event_source_mapping
        self.assertIsNone(code_of(create, FunctionName="may-poll", EventSourceArn=arn))
        self.assertEqual(
            code_of(create, FunctionName="may-not-poll", EventSourceArn=arn), "InvalidParameterValueException"
        )

    def test_stops_a_function_that_is_in_one_chain_of_messages_for_the_seventeenth_time(self):
        function, queue = self.looping("loop")
        self.send(queue, f"Root=1-0;Lineage={ancestry.key_of(function)}:15")
        wait_for(lambda: self.chain("loop") == (16, 0) and self.in_flight(queue) == 0)
        self.send(queue, f"Root=1-0;Lineage={ancestry.key_of(function)}:16")
        wait_for(lambda: self.chain("loop") == (17, 1))
        self.assertEqual(self.in_flight(queue), 1)

    def test_counts_the_messages_that_a_function_sends_to_itself(self):
        _, queue = self.looping("echo", code=ECHO)
        emulator.client("sqs").send_message(QueueUrl=queue, MessageBody=queue)
        wait_for(lambda: self.chain("echo") == (17, 1))

    def test_lets_a_chain_go_on_where_the_function_is_configured_to(self):
        function, queue = self.looping("allowed")
        emulator.client("lambda").put_function_recursion_config(FunctionName="allowed", RecursiveLoop="Allow")
        self.send(queue, f"Root=1-0;Lineage={ancestry.key_of(function)}:40")
        wait_for(lambda: self.chain("allowed") == (41, 0) and self.in_flight(queue) == 0)

    def looping(self, name, **code):
        queue = emulator.client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        function = self.function(
            name,
            [
                {
                    "Effect": "Allow",
                    "Resource": arn,
                    "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage"],
                }
            ],
            **code,
        )
        emulator.client("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=arn)
        return function, queue

    def send(self, queue, trace):
        client = emulator.client("sqs")
        client.meta.events.register(
            "before-call", lambda params, **_: params["headers"].update({"X-Amzn-Trace-Id": trace})
        )
        client.send_message(QueueUrl=queue, MessageBody="{}")

    def chain(self, name):
        return next(
            (
                (one["longest"], one["stopped"])
                for one in emulator.control("GET", "ancestry")
                if one["function"] == name
            ),
            None,
        )

    def in_flight(self, queue):
        attributes = emulator.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessagesNotVisible"])

    def test_reports_failures_only_to_a_queue_that_the_role_may_send_to(self):
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:polled"
        self.function("silent", [])
        self.assertEqual(
            code_of(
                emulator.client("lambda").put_function_event_invoke_config,
                FunctionName="silent",
                DestinationConfig={"OnFailure": {"Destination": arn}},
            ),
            "InvalidParameterValueException",
        )

    def test_invokes_for_an_api_only_where_the_functions_policy_lets_it_in(self):
        function, gateway = self.function("asked", []), emulator.client("apigatewayv2")
        api = gateway.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
        integration = gateway.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        gateway.create_route(ApiId=api, RouteKey="POST /webhook", Target=f"integrations/{integration}")
        gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        self.assertEqual(emulator.post(f"/_aws/execute-api/{api}/webhook"), 500)
        emulator.client("lambda").add_permission(
            FunctionName="asked",
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/$default/POST/webhook",
        )
        self.assertEqual(emulator.post(f"/_aws/execute-api/{api}/webhook"), 200)


class Control(unittest.TestCase):
    def test_refuses_a_caller_without_its_token(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            emulator.control("GET", "machines", token="wrong")
        self.assertEqual(refused.exception.code, 403)

    def test_counts_calls_by_principal_and_operation(self):
        started = emulator.control("POST", "calls/reset")["at"]
        emulator.client("sts", emulator.role("counted", [])).get_caller_identity()
        code_of(emulator.client("ec2").describe_security_groups, GroupIds=["sg-0000000000000dead"])
        calls = [
            (one["principal"], one["operation"], one.get("error"))
            for one in emulator.control("GET", f"calls?since={started}")
        ]
        self.assertIn(("counted", "GetCallerIdentity", None), calls)
        self.assertIn(("administrator", "DescribeSecurityGroups", "InvalidGroup.NotFound"), calls)

    def test_tells_what_iam_judged_for_whom(self):
        emulator.control("POST", "calls/reset")
        allowed = emulator.client(
            "ssm", emulator.role("judged", [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}])
        )
        code_of(allowed.get_parameter, Name="/none")
        code_of(allowed.delete_parameter, Name="/none")
        found = {(one["principal"], one["action"], one["allowed"]) for one in emulator.control("GET", "uses")}
        self.assertIn(("judged", "ssm:GetParameter", True), found)
        self.assertIn(("judged", "ssm:DeleteParameter", False), found)
        self.assertNotIn("administrator", {one["principal"] for one in emulator.control("GET", "uses")})

    def test_takes_loopback_for_tls(self):
        sqs = emulator.client("sqs")
        url = sqs.create_queue(QueueName="over-tls")["QueueUrl"]
        deny = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        sqs.set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [deny]})}
        )
        self.assertIsNone(code_of(sqs.send_message, QueueUrl=url, MessageBody="x"))

    def test_judges_log_streams_and_not_their_groups(self):
        emulator.client("logs").create_log_group(logGroupName="/judged")
        allowed = {
            "Effect": "Allow",
            "Action": "logs:CreateLogStream",
            "Resource": "arn:aws:logs:*:*:log-group:/judged:log-stream:own",
        }
        logs = emulator.client("logs", emulator.role("writer", [allowed]))
        self.assertIsNone(code_of(logs.create_log_stream, logGroupName="/judged", logStreamName="own"))
        self.assertEqual(
            code_of(logs.create_log_stream, logGroupName="/judged", logStreamName="other"), "AccessDeniedException"
        )

    def test_answers_faults_of_other_services_in_their_own_words(self):
        emulator.control("POST", "faults", {"operation": "GetParameter", "code": "ThrottlingException"})
        ssm = emulator.client("ssm")
        self.assertEqual(code_of(ssm.get_parameter, Name="/none"), "ThrottlingException")
        self.assertEqual(code_of(ssm.get_parameter, Name="/none"), "ParameterNotFound")

    def test_gives_an_ended_machine_no_credentials(self):
        emulator.role("brief", [])
        emulator.profile("brief", "brief")
        machine = run(IamInstanceProfile={"Name": "brief"})["InstanceId"]
        emulator.client("ec2").terminate_instances(InstanceIds=[machine])
        wait_for(lambda: state(machine) == "terminated")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            emulator.control("POST", f"machines/{machine}/credentials")
        self.assertEqual(refused.exception.code, 400)


if __name__ == "__main__":
    unittest.main()


class SavedQueries(unittest.TestCase):
    def test_are_kept_changed_and_dropped(self):
        logs = emulator.client("logs")
        kept = logs.put_query_definition(
            name="runners/jobs", queryString="fields @message", logGroupNames=["/aws/lambda/one"]
        )
        key = kept["queryDefinitionId"]
        logs.put_query_definition(name="runners/jobs", queryString="fields @timestamp", queryDefinitionId=key)
        found = logs.describe_query_definitions(queryDefinitionNamePrefix="runners/")["queryDefinitions"]
        self.assertEqual(
            [(one["queryDefinitionId"], one["queryString"]) for one in found], [(key, "fields @timestamp")]
        )
        self.assertTrue(logs.delete_query_definition(queryDefinitionId=key)["success"])
        self.assertEqual(code_of(logs.delete_query_definition, queryDefinitionId=key), "ResourceNotFoundException")
        self.assertEqual(logs.describe_query_definitions()["queryDefinitions"], [])


class Alarms(unittest.TestCase):
    def test_are_described_in_full_in_the_protocol_that_terraform_speaks(self):
        put = {
            "AlarmName": "described",
            "AlarmDescription": "more < less & all",
            "Namespace": "N",
            "MetricName": "M",
            "Statistic": "Maximum",
            "Period": 300,
            "EvaluationPeriods": 3,
            "Threshold": 2.0,
            "ComparisonOperator": "LessThanThreshold",
            "ActionsEnabled": True,
            "TreatMissingData": "breaching",
            "Dimensions": [{"Name": "environment", "Value": "e"}],
            "AlarmActions": [f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"],
        }
        emulator.client("cloudwatch").put_metric_alarm(**put)
        scope = f"20260115/{REGION}/monitoring/aws4_request"
        credential = f"AWS4-HMAC-SHA256 Credential=ADMINISTRATOR/{scope}, SignedHeaders=host, Signature=0"
        request = urllib.request.Request(
            emulator.url,
            method="POST",
            headers={"Authorization": credential},
            data=b"Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=described",
        )
        with urllib.request.urlopen(request, timeout=300) as response:
            answer = re.sub(r' xmlns="[^"]*"', "", response.read().decode())
        found = xml.etree.ElementTree.fromstring(answer).find(".//MetricAlarms/member")
        text = {name: found.findtext(name) for name in put if not isinstance(put[name], list)}
        self.assertEqual(
            text,
            {
                name: str(value).lower() if value is True else str(value)
                for name, value in put.items()
                if not isinstance(value, list)
            },
        )
        self.assertEqual(
            [(one.findtext("Name"), one.findtext("Value")) for one in found.findall("Dimensions/member")],
            [("environment", "e")],
        )
        self.assertEqual([one.text for one in found.findall("AlarmActions/member")], put["AlarmActions"])
