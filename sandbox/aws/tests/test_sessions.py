"""Sessions as the API hands them to a job that builds an image: whose they are, and what a session policy leaves."""

import json
import unittest

from .emulator import ACCOUNT, REGION, Emulator, code_of

emulator = None
DENIED = "AccessDeniedException"
PUSH = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"]


def setUpModule():
    global emulator
    emulator = Emulator()


def tearDownModule():
    emulator.close()


def repository(name):
    return f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class PushSession(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        iam = emulator.client("iam")
        for name in ("apps/shop", "apps/forum"):
            emulator.client("ecr").create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
        cls.arn = f"arn:aws:iam::{ACCOUNT}:role/push"
        assume = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": cls.arn}]
        cls.api, cls.other = emulator.role("api", assume), emulator.role("other", assume)
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Condition": {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/api"}},
        }
        iam.create_role(RoleName="push", AssumeRolePolicyDocument=document(trust))
        every = {"Effect": "Allow", "Action": PUSH, "Resource": repository("apps/*")}
        iam.put_role_policy(RoleName="push", PolicyName="p", PolicyDocument=document(every))

    def ask(self, credentials, **more):
        sts = emulator.client("sts", credentials)
        return sts.assume_role(RoleArn=self.arn, RoleSessionName="shop-1", DurationSeconds=900, **more)["Credentials"]

    def test_is_for_the_role_that_the_trust_names_by_its_own_arn(self):
        self.assertTrue(self.ask(self.api))
        self.assertEqual(code_of(self.ask, credentials=self.other), "AccessDenied")

    def test_reaches_what_its_policy_and_its_role_both_allow(self):
        narrow = document({"Effect": "Allow", "Action": "*", "Resource": repository("apps/shop")})
        ecr = emulator.client("ecr", self.ask(self.api, Policy=narrow))
        self.assertIsNone(code_of(ecr.initiate_layer_upload, repositoryName="apps/shop"))
        self.assertEqual(code_of(ecr.initiate_layer_upload, repositoryName="apps/forum"), DENIED)
        self.assertEqual(code_of(ecr.delete_repository, repositoryName="apps/shop"), DENIED)


if __name__ == "__main__":
    unittest.main()
