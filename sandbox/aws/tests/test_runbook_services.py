"""What only the runbooks ask of AWS: redrives, Cost Explorer, Service Quotas."""

import json
import unittest

from .emulator import ACCOUNT, IMAGE, REGION, SUBNETS, Emulator, code_of, wait_for

emulator = None


def setUpModule():
    global emulator
    emulator = Emulator()


def tearDownModule():
    emulator.close()


def arn(name):
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


class MessageMoves(unittest.TestCase):
    def queues(self, name):
        """(queue, dead-letter queue) as URLs; a message is dead after one receive."""
        sqs = emulator.client("sqs")
        dead = sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"]
        policy = json.dumps({"deadLetterTargetArn": arn(f"{name}-dlq"), "maxReceiveCount": 1})
        return sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": policy})["QueueUrl"], dead

    def bodies(self, url):
        return [
            one["Body"]
            for one in emulator.client("sqs").receive_message(QueueUrl=url, VisibilityTimeout=0).get("Messages", [])
        ]

    def test_take_a_dead_message_back_to_the_queue_it_came_from(self):
        sqs = emulator.client("sqs")
        alive, dead = self.queues("moved")
        sqs.send_message(QueueUrl=alive, MessageBody="failed")
        self.assertEqual(self.bodies(alive), ["failed"])
        wait_for(lambda: self.bodies(alive) == [] and self.bodies(dead) == ["failed"])
        sqs.start_message_move_task(SourceArn=arn("moved-dlq"))
        self.assertEqual((self.bodies(dead), self.bodies(alive)), ([], ["failed"]))
        [task] = sqs.list_message_move_tasks(SourceArn=arn("moved-dlq"))["Results"]
        self.assertEqual((task["Status"], task["ApproximateNumberOfMessagesMoved"]), ("COMPLETED", 1))

    def test_leave_what_no_queue_sent_there(self):
        sqs = emulator.client("sqs")
        _, dead = self.queues("direct")
        sqs.send_message(QueueUrl=dead, MessageBody="from a rule")
        sqs.start_message_move_task(SourceArn=arn("direct-dlq"))
        self.assertEqual(self.bodies(dead), ["from a rule"])

    def test_need_a_queue_that_is_the_dead_letter_queue_of_another(self):
        move = emulator.client("sqs").start_message_move_task
        emulator.client("sqs").create_queue(QueueName="nobodys")
        self.assertEqual(code_of(move, SourceArn=arn("nobodys")), "InvalidParameterValue")
        self.assertEqual(code_of(move, SourceArn=arn("missing")), "ResourceNotFoundException")


class AccountServices(unittest.TestCase):
    def test_activate_only_tags_that_something_carried(self):
        tags = [{"Key": "billed:to", "Value": "acme"}]
        emulator.client("ec2").run_instances(
            ImageId=IMAGE,
            InstanceType="t3.medium",
            MinCount=1,
            MaxCount=1,
            SubnetId=SUBNETS[0],
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
        )
        costs = emulator.client("ce")
        wanted = [{"TagKey": key, "Status": "Active"} for key in ("billed:to", "never:seen")]
        errors = costs.update_cost_allocation_tags_status(CostAllocationTagsStatus=wanted)["Errors"]
        self.assertEqual([one["TagKey"] for one in errors], ["never:seen"])
        asked = {
            "TimePeriod": {"Start": "2024-01-01", "End": "2024-02-01"},
            "Granularity": "MONTHLY",
            "Metrics": ["UnblendedCost"],
        }
        [period] = costs.get_cost_and_usage(**asked, GroupBy=[{"Type": "TAG", "Key": "billed:to"}])["ResultsByTime"]
        self.assertEqual([group["Keys"] for group in period["Groups"]], [["billed:to$"], ["billed:to$acme"]])

    def test_refuse_a_period_that_ends_before_it_starts_and_a_metric_that_is_none(self):
        ask = emulator.client("ce").get_cost_and_usage
        period = {"Start": "2024-01-01", "End": "2024-02-01"}
        self.assertEqual(
            code_of(
                ask,
                TimePeriod={"Start": "2024-02-01", "End": "2024-01-01"},
                Granularity="MONTHLY",
                Metrics=["UnblendedCost"],
            ),
            "ValidationException",
        )
        self.assertEqual(
            code_of(ask, TimePeriod=period, Granularity="MONTHLY", Metrics=["Cost"]), "ValidationException"
        )

    def test_know_the_quotas_that_hold_machines_back_and_take_one_request_for_each(self):
        quotas = emulator.client("service-quotas")
        spot = {"ServiceCode": "ec2", "QuotaCode": "L-34B43A08"}
        self.assertEqual(quotas.get_service_quota(**spot)["Quota"]["Value"], 5)
        self.assertEqual(
            code_of(quotas.get_service_quota, ServiceCode="ec2", QuotaCode="L-00000000"), "NoSuchResourceException"
        )
        self.assertEqual(
            code_of(quotas.request_service_quota_increase, **spot, DesiredValue=1), "IllegalArgumentException"
        )
        self.assertEqual(
            quotas.request_service_quota_increase(**spot, DesiredValue=64)["RequestedQuota"]["Status"], "PENDING"
        )
        self.assertEqual(
            code_of(quotas.request_service_quota_increase, **spot, DesiredValue=64), "ResourceAlreadyExistsException"
        )

    def test_answer_the_administrator_alone(self):
        keys = emulator.role("curious", [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
        self.assertEqual(
            code_of(
                emulator.client("service-quotas", keys).get_service_quota, ServiceCode="ec2", QuotaCode="L-1216C47A"
            ),
            "AccessDeniedException",
        )
