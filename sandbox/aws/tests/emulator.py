"""A launcher on a free port, and AWS clients for it. botocore comes with the emulator."""

import functools
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
ACCOUNT, REGION = "123456789012", "us-east-1"
IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
SUBNETS = ("subnet-00000001", "subnet-00000002")


@functools.lru_cache(maxsize=1)
def _session():
    # One session: reading EC2's model takes longer than most tests.
    import botocore.session

    return botocore.session.get_session()


def runtimes():
    """The program of each of Lambda's runtimes: {"nodejs22.x": "/…/bin/node"}."""
    found = ROOT.glob(".sandbox/runtimes/node_modules/nodejs*/bin/node")
    return {path.parts[-3].split("-")[0]: str(path) for path in found}


class Emulator:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = {
            "port": self.port,
            "region": REGION,
            "account_id": ACCOUNT,
            "access_key_id": "ADMINISTRATOR",
            "secret_access_key": "secret",
            "token": "token",
            "state_dir": self.folder.name,
            "runtimes": runtimes(),
            "log_level": "WARNING",
        }
        path = os.path.join(self.folder.name, "config.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "launcher", "--config", path],
            start_new_session=True,
            cwd=os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        )
        wait_for(self._answers)
        self.admin = {"AccessKeyId": "ADMINISTRATOR", "SecretAccessKey": "secret", "SessionToken": None}

    def _answers(self):
        try:
            return self.control("GET", "health")["status"] == "ok"
        except OSError:
            return False

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def control(self, method, path, body=None, token="token"):
        data = json.dumps(body).encode() if body is not None else (b"" if method == "POST" else None)
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{path}", data=data, method=method, headers={"x-sandbox-token": token}
        )
        with urllib.request.urlopen(request, timeout=300) as response:
            return json.load(response)

    def post(self, path):
        """The status of an empty POST."""
        try:
            with urllib.request.urlopen(
                urllib.request.Request(self.url + path, data=b"", method="POST"), timeout=300
            ) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def client(self, service, credentials=None):
        from botocore.config import Config

        keys = credentials or self.admin
        return _session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken") or keys.get("Token"),
            config=Config(retries={"total_max_attempts": 1}),
        )

    def role(self, name, statements):
        """Credentials of a role that may do what the statements say."""
        iam = self.client("iam")
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"AWS": ACCOUNT, "Service": "ec2.amazonaws.com"},
                }
            ],
        }
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(
                RoleName=name,
                PolicyName="p",
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
            )
        return self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]

    def profile(self, name, role):
        iam = self.client("iam")
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)


def wait_for(condition, seconds=300):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError("waited in vain")
        time.sleep(0.05)


def code_of(call, **arguments):
    """The AWS error code of a call, or None when it succeeds."""
    from botocore.exceptions import ClientError

    try:
        call(**arguments)
        return None
    except ClientError as error:
        return error.response["Error"]["Code"]
