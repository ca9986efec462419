"""Runs each command of the documentation as it stands there, with the real AWS CLI against the emulator."""

import glob
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import textwrap
import unittest
import zipfile

from .emulator import ACCOUNT, IMAGE, REGION, SUBNETS, Emulator

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
RUNBOOKS = "docs/operations.md"
# The runbooks come last: they end with a tenant that is offboarded, and an account that is drained.
DOCUMENTS = (
    "README.md",
    *(
        path
        for pattern in ("docs/*.md", "examples/*/README.md")
        for path in sorted(glob.glob(pattern, root_dir=ROOT))
        if path != RUNBOOKS
    ),
    RUNBOOKS,
)
TENANT = {"N": "12345678"}

emulator = None


def setUpModule():
    global emulator
    emulator = Emulator()
    _tables()
    _queues()
    _functions()
    for name in ("rds/tenant/acme-corp/dev/password", "my-saas/github-app/key", "my-saas/github-app/webhook-secret"):
        emulator.client("secretsmanager").create_secret(Name=name, SecretString="one")
    emulator.client("events").put_rule(Name="my-saas-sweep", ScheduleExpression="rate(1 minute)")
    tags = [
        {"Key": "ghr:environment", "Value": "my-saas"},
        {"Key": "ghr:tenant_id", "Value": TENANT["N"]},
        {"Key": "ghr:tenant_tier", "Value": "small"},
    ]
    emulator.client("ec2").run_instances(
        ImageId=IMAGE,
        InstanceType="t3.medium",
        MinCount=1,
        MaxCount=1,
        SubnetId=SUBNETS[0],
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )


def tearDownModule():
    emulator.close()


def _queues():
    sqs = emulator.client("sqs")
    for name in ("builds-small-dlq", "sweep-dlq"):
        sqs.create_queue(QueueName=f"my-saas-{name}")
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:my-saas-builds-small-dlq", "maxReceiveCount": 5}
    sqs.create_queue(QueueName="my-saas-builds-small", Attributes={"RedrivePolicy": json.dumps(redrive)})


def _tables():
    dynamodb = emulator.client("dynamodb")

    def table(name, keys, indexes=()):
        used = {key: kind for entry in (keys, *indexes) for key, kind in entry.items()}

        def schema(entry):
            roles = zip(entry, ("HASH", "RANGE"), strict=False)
            return [{"AttributeName": key, "KeyType": role} for key, role in roles]

        more = (
            {
                "GlobalSecondaryIndexes": [
                    {
                        "IndexName": f"{next(iter(entry)).replace('_', '-')}-index",
                        "KeySchema": schema(entry),
                        "Projection": {"ProjectionType": "ALL"},
                    }
                    for entry in indexes
                ]
            }
            if indexes
            else {}
        )
        dynamodb.create_table(
            TableName=f"my-saas-{name}",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=schema(keys),
            **more,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in used.items()],
        )

    by_tenant = {"installation_id": "N"}
    table("tenants", by_tenant, ({"status": "S", **by_tenant}, {"org_name": "S", **by_tenant}))
    table("launches", {**by_tenant, "launch_id": "S"})
    table("jobs", {**by_tenant, "job_id": "N"})
    table("recovery", {"book": "S", "entry": "S"})
    table("pool", {"book": "S", "entry": "S"})
    dynamodb.update_continuous_backups(
        TableName="my-saas-tenants", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    dynamodb.put_item(
        TableName="my-saas-tenants",
        Item={
            "installation_id": TENANT,
            "org_name": {"S": "acme"},
            "status": {"S": "active"},
            "tier": {"S": "small"},
            "max_runners": {"N": "2"},
            "circuit_small": {"M": {}},
            "security_group_id": {"S": "sg-1"},
        },
    )
    dynamodb.put_item(TableName="my-saas-tenants", Item={"installation_id": {"N": "12345679"}, "tier": {"S": "small"}})


def _functions():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("index.mjs", "export const handler = async () => ({ tenants: 0 });")
    polling = {
        "Effect": "Allow",
        "Resource": "*",
        "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    }
    for name in ("my-saas-scale-up", "my-saas-scale-down"):
        emulator.role(name, [polling])
        emulator.client("lambda").create_function(
            FunctionName=name,
            Runtime="nodejs22.x",
            Handler="index.handler",
            Role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
            Code={"ZipFile": packed.getvalue()},
        )
    emulator.client("lambda").create_event_source_mapping(
        FunctionName="my-saas-scale-up", EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:my-saas-builds-small"
    )


def commands(document):
    """The bash blocks that call AWS, in their order. A block may be indented, below a numbered step."""
    path = os.path.join(ROOT, document)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^( *)```bash\n(.*?)^\1```$", file.read(), re.M | re.S)
    return [block for block in (textwrap.dedent(body) for _, body in blocks) if re.search(r"\baws [a-z]", block)]


def run(block, folder):
    env = {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "LANG": "C.UTF-8",
        "AWS_PAGER": "",
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "ADMINISTRATOR",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_MAX_ATTEMPTS": "1",
    }
    # Version 1 of the AWS CLI takes the variable for every service but SQS.
    aws = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }\n'
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", aws + block],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
    )


class Documentation(unittest.TestCase):
    def test_has_commands_that_work_one_after_the_other(self):
        self.assertIsNotNone(shutil.which("aws"), "the AWS CLI is not on the PATH")
        found = 0
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "app.private-key.pem"), "w", encoding="utf-8") as file:
                file.write("no key\n")
            for document in DOCUMENTS:
                for block in commands(document):
                    found += 1
                    with self.subTest(document=document, block=block):
                        result = run(block, folder)
                        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(found, 20)


class Runbooks(unittest.TestCase):
    def test_leave_the_tenant_gone_and_the_account_empty_in_the_end(self):
        # The order of the tests is alphabetic: the documentation has run before.
        row = emulator.client("dynamodb").get_item(TableName="my-saas-tenants", Key={"installation_id": TENANT})["Item"]
        self.assertEqual((row["status"]["S"], "circuit_small" in row), ("deleted", False))
        names = emulator.client("dynamodb").list_tables()["TableNames"]
        self.assertNotIn("my-saas-tenants-restored", names)
        found = emulator.client("ec2").describe_instances(
            Filters=[
                {"Name": "tag:ghr:tenant_id", "Values": [TENANT["N"]]},
                {"Name": "instance-state-name", "Values": ["pending", "running"]},
            ]
        )
        self.assertEqual(found["Reservations"], [])
        mappings = emulator.client("lambda").list_event_source_mappings(FunctionName="my-saas-scale-up")[
            "EventSourceMappings"
        ]
        self.assertEqual({one["State"] for one in mappings}, {"Disabled"})
