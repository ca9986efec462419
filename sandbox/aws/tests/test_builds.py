"""CodeBuild, ECR and ECS as the way of an app goes through them: real AWS clients over HTTP, with IAM on."""

import hashlib
import io
import json
import unittest
import zipfile

from launcher import buildspec
from launcher.deployments import Watch

from .emulator import ACCOUNT, REGION, SUBNETS, Emulator, code_of, wait_for

emulator = None
REPOSITORY = "apps/shop"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{REPOSITORY}"
PUSHED = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{REPOSITORY}"
PUSH = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:PutImage",
]
BUILDER = [
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::sources/tenants/shop/*"},
    {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
    {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
    {"Effect": "Allow", "Action": PUSH, "Resource": PUSHED},
]
SERVER = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"a nonce")
http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"""
DOCKERFILE = 'FROM python:3\nWORKDIR /app\nCOPY server.py .\nRUN test -f server.py\nCMD ["python3", "server.py"]\n'
PUSHES = f"""
version: 0.2
phases:
  pre_build:
    commands:
      - echo token | docker login --username AWS --password-stdin {IMAGE.partition("/")[0]}
  build:
    commands:
      - docker build --tag {IMAGE}:$TAG .
      - docker push {IMAGE}:$TAG
"""


def setUpModule():
    global emulator
    emulator = Emulator()
    emulator.client("s3").create_bucket(Bucket="sources")
    emulator.client("ecr").create_repository(repositoryName=REPOSITORY, imageTagMutability="IMMUTABLE")
    own = {"ArnLike": {"aws:SourceArn": f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/*"}}
    role("builder", "codebuild.amazonaws.com", BUILDER, Condition=own)


def tearDownModule():
    emulator.close()


def role(name, service, statements, **condition):
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}, **condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = emulator.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
    return arn


def source(key, **files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    emulator.client("s3").put_object(Bucket="sources", Key=key, Body=packed.getvalue())


def project(name, specification, builder="builder"):
    emulator.client("codebuild").create_project(
        name=name,
        source={"type": "S3", "location": "sources/none.zip", "buildspec": specification},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=f"arn:aws:iam::{ACCOUNT}:role/{builder}",
    )


def begin(name, key=None, **variables):
    override = {"sourceTypeOverride": "S3", "sourceLocationOverride": f"sources/{key}"} if key else {}
    environment = [{"name": one, "value": value} for one, value in variables.items()]
    started = emulator.client("codebuild").start_build(
        projectName=name, environmentVariablesOverride=environment, **override
    )
    return started["build"]["id"]


def found(build):
    return emulator.client("codebuild").batch_get_builds(ids=[build])["builds"][0]


def finished(build):
    wait_for(lambda: found(build)["buildComplete"])
    return found(build)


def phases(build):
    return {one["phaseType"]: one.get("phaseStatus") for one in build["phases"]}


def lines(build):
    logs = {"logGroupName": build["logs"]["groupName"], "logStreamNames": [build["logs"]["streamName"]]}
    return [one["message"] for one in emulator.client("logs").filter_log_events(**logs)["events"]]


class Built(unittest.TestCase):
    def test_runs_the_commands_in_one_shell_with_the_role_of_the_project_and_nothing_else(self):
        project(
            "plain",
            """
version: 0.2
env: { variables: { GREETING: hello, TAG: none } }
phases:
  install: { commands: ["export MADE=here", "cd sub"] }
  build:
    commands:
      - 'echo "$GREETING $MADE $TAG $(cat file.txt)"'
      - 'echo "key=$AWS_ACCESS_KEY_ID home=$HOME"'
      - 'env | cut -d= -f1 | sort | tr "\\n" " "'
""",
        )
        source("tenants/shop/one.zip", **{"sub/file__txt": "from S3"})
        build = finished(begin("plain", "tenants/shop/one.zip", TAG="given"))
        self.assertEqual(build["buildStatus"], "SUCCEEDED")
        self.assertEqual(set(phases(build).values()), {"SUCCEEDED", None})
        printed = lines(build)
        self.assertIn("hello here given from S3", printed)
        keys = next(line for line in printed if line.startswith("key="))
        self.assertRegex(keys, "^key=ASIA")
        self.assertNotIn("ADMINISTRATOR", "\n".join(printed))
        names = set(printed[-1].split())
        self.assertLessEqual({"AWS_SESSION_TOKEN", "CODEBUILD_BUILD_ID", "CODEBUILD_SRC_DIR"}, names)
        self.assertFalse({"GATEWAY_PORT", "STATE_DIR", "S3_DATA_DIR"} & names)

    def test_fails_in_the_phase_that_failed_and_says_which_command(self):
        specification = """
version: 0.2
phases:
  pre_build: { commands: ["true"] }
  build: { commands: ["echo first", "exit 3", "echo never"] }
  post_build: { commands: ["echo \\"succeeding=$CODEBUILD_BUILD_SUCCEEDING\\""] }
"""
        project("failing", specification)
        source("tenants/shop/two.zip", a="")
        build = finished(begin("failing", "tenants/shop/two.zip"))
        self.assertEqual(build["buildStatus"], "FAILED")
        self.assertEqual((phases(build)["BUILD"], phases(build)["POST_BUILD"]), ("FAILED", "SUCCEEDED"))
        failed = next(one for one in build["phases"] if one["phaseType"] == "BUILD")
        self.assertEqual(failed["contexts"][0]["statusCode"], "COMMAND_EXECUTION_ERROR")
        self.assertIn("exit status 3", failed["contexts"][0]["message"])
        self.assertIn("succeeding=0", lines(build))
        self.assertNotIn("never", lines(build))

    def test_fails_without_its_source_or_the_right_to_it(self):
        project("sourceless", "version: 0.2\nphases: { build: { commands: ['true'] } }\n")
        source("tenants/other/one.zip", a="")
        for key, code in (
            ("tenants/shop/missing.zip", "NoSuchKey|AccessDenied"),
            ("tenants/other/one.zip", "AccessDenied"),
        ):
            build = finished(begin("sourceless", key))
            self.assertEqual((build["buildStatus"], phases(build)["DOWNLOAD_SOURCE"]), ("FAILED", "FAILED"))
            download = next(one for one in build["phases"] if one["phaseType"] == "DOWNLOAD_SOURCE")
            self.assertRegex(download["contexts"][0]["message"], code)
            self.assertNotIn("BUILD", phases(build))

    def test_fails_with_a_role_that_is_not_codebuilds_or_may_not_write_logs(self):
        role("foreign", "ec2.amazonaws.com", BUILDER)
        role("mute", "codebuild.amazonaws.com", BUILDER[:1])
        specification = "version: 0.2\nphases: { build: { commands: ['true'] } }\n"
        other = {"StringEquals": {"aws:SourceArn": f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/other"}}
        role("of-another", "codebuild.amazonaws.com", BUILDER, Condition=other)
        for name in ("foreign", "mute", "of-another"):
            project(f"by-{name}", specification, builder=name)
            self.assertEqual(phases(finished(begin(f"by-{name}")))["PROVISIONING"], "FAILED")

    def test_is_stopped_with_all_that_it_started(self):
        project("long", "version: 0.2\nphases: { build: { commands: ['echo begun; sleep 600'] } }\n")
        source("tenants/shop/long.zip", a="")
        build = begin("long", "tenants/shop/long.zip")
        wait_for(lambda: found(build)["currentPhase"] == "BUILD" and "begun" in lines(found(build)))
        emulator.client("codebuild").stop_build(id=build)
        self.assertEqual(finished(build)["buildStatus"], "STOPPED")

    def test_a_token_starts_one_build(self):
        project("once", "version: 0.2\nphases: {}\n")
        start = emulator.client("codebuild").start_build
        ids = {start(projectName="once", idempotencyToken="a")["build"]["id"] for _ in range(2)}
        self.assertEqual(len(ids), 1)

    def test_a_project_is_deleted_by_its_name_or_arn(self):
        client = emulator.client("codebuild")
        project("gone", "version: 0.2\n")
        client.delete_project(name=client.batch_get_projects(names=["gone"])["projects"][0]["arn"])
        self.assertEqual(client.batch_get_projects(names=["gone"])["projectsNotFound"], ["gone"])

    def test_says_its_state_on_the_default_bus(self):
        queue = heard("builds", {"source": ["aws.codebuild"], "detail": {"project-name": ["told"]}})
        project("told", "version: 0.2\nphases: { build: { commands: ['exit 1'] } }\n")
        source("tenants/shop/told.zip", a="")
        build = finished(begin("told", "tenants/shop/told.zip"))
        first, last = messages(queue, 2)
        self.assertEqual(first["detail"]["build-status"], "IN_PROGRESS")
        self.assertEqual((last["detail"]["build-status"], last["detail"]["build-id"]), ("FAILED", build["arn"]))
        self.assertEqual(last["detail-type"], "CodeBuild Build State Change")


def heard(name, pattern):
    """A queue that gets the events of a pattern."""
    sqs, events = emulator.client("sqs"), emulator.client("events")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    rule = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    events.put_targets(Rule=name, Targets=[{"Id": "one", "Arn": arn}])
    return queue


def messages(queue, count):
    seen = []

    def look():
        got = emulator.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        seen.extend(json.loads(one["Body"]) for one in got)
        return len(seen) >= count

    wait_for(look)
    return seen


class Pushed(unittest.TestCase):
    def test_is_kept_as_it_was_sent_or_refused(self):
        ecr = emulator.client("ecr")
        name = {"repositoryName": REPOSITORY}
        blob = b"not a layer, but some bytes"
        digest = f"sha256:{hashlib.sha256(blob).hexdigest()}"
        upload = {**name, "uploadId": ecr.initiate_layer_upload(**name)["uploadId"]}
        ecr.upload_layer_part(**upload, partFirstByte=0, partLastByte=len(blob) - 1, layerPartBlob=blob)
        wrong = code_of(ecr.complete_layer_upload, **upload, layerDigests=[f"sha256:{'0' * 64}"])
        self.assertEqual(wrong, "InvalidLayerException")
        self.assertEqual(code_of(ecr.complete_layer_upload, **upload, layerDigests=[digest]), "UploadNotFoundException")
        part = {"mediaType": "application/octet-stream", "size": 1, "digest": digest}
        manifest = json.dumps({"schemaVersion": 2, "config": part, "layers": [part]})
        self.assertEqual(code_of(ecr.put_image, **name, imageManifest=manifest), "LayersNotFoundException")
        self.assertEqual(code_of(ecr.put_image, **name, imageManifest="{}"), "InvalidParameterException")
        missing = code_of(ecr.describe_images, **name, imageIds=[{"imageTag": "none"}])
        self.assertEqual(missing, "ImageNotFoundException")

    def test_by_a_session_that_may_use_one_repository_alone(self):
        emulator.client("ecr").create_repository(repositoryName="apps/other")
        emulator.role("pusher", [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}])
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": PUSH, "Resource": PUSHED}]}
        session = emulator.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/pusher",
            RoleSessionName="one",
            DurationSeconds=900,
            Policy=json.dumps(policy),
        )["Credentials"]
        ecr = emulator.client("ecr", session)
        self.assertIsNone(code_of(ecr.initiate_layer_upload, repositoryName=REPOSITORY))
        for call, arguments in (
            (ecr.initiate_layer_upload, {"repositoryName": "apps/other"}),
            (ecr.describe_images, {"repositoryName": REPOSITORY}),
            (ecr.delete_repository, {"repositoryName": REPOSITORY}),
            (emulator.client("s3", session).list_objects_v2, {"Bucket": "sources"}),
        ):
            self.assertIn(code_of(call, **arguments), ("AccessDeniedException", "AccessDenied"))


class Deployed(unittest.TestCase):
    """From a source over a build and an image to a task, and a version that does not start."""

    def test_the_image_of_a_build_runs_and_ecs_says_how_it_went(self):
        queue = heard("deployments", {"source": ["aws.ecs"], "detail-type": ["ECS Deployment State Change"]})
        images = heard("images", {"source": ["aws.ecr"], "detail": {"repository-name": [{"prefix": "apps/"}]}})
        project("image", PUSHES)
        source("tenants/shop/good.zip", Dockerfile=DOCKERFILE, server__py=SERVER)
        source("tenants/shop/bad.zip", Dockerfile=DOCKERFILE, server__py="raise SystemExit(1)")
        for tag in ("good", "bad"):
            build = finished(begin("image", f"tenants/shop/{tag}.zip", TAG=tag))
            self.assertEqual(build["buildStatus"], "SUCCEEDED", lines(build))
        said = [one["detail"] for one in messages(images, 2)]
        self.assertEqual([(one["action-type"], one["image-tag"]) for one in said], [("PUSH", "good"), ("PUSH", "bad")])
        again = finished(begin("image", "tenants/shop/bad.zip", TAG="good"))
        self.assertEqual(again["buildStatus"], "FAILED")
        self.assertIn("ImageTagAlreadyExists", "\n".join(lines(again)))

        pull = [
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Effect": "Allow", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "Resource": PUSHED},
        ]
        role("execution", "ecs-tasks.amazonaws.com", pull)
        role("no-pull", "ecs-tasks.amazonaws.com", pull[:1])
        ecs = emulator.client("ecs")
        ecs.create_cluster(clusterName="apps")
        self.service(ecs, "good", "execution")
        wait_for(lambda: self.state(ecs) == ("COMPLETED", 1))
        self.service(ecs, "bad", "execution", update=True)
        wait_for(lambda: "SERVICE_DEPLOYMENT_FAILED" in self.names(queue))
        wait_for(lambda: self.state(ecs) == ("COMPLETED", 1))
        running = ecs.describe_tasks(cluster="apps", tasks=ecs.list_tasks(cluster="apps")["taskArns"])["tasks"]
        self.assertEqual([one["lastStatus"] for one in running], ["RUNNING"])
        self.assertEqual(self.seen[0], "SERVICE_DEPLOYMENT_IN_PROGRESS")
        self.assertIn("SERVICE_DEPLOYMENT_COMPLETED", self.seen)
        emulator.client("ecs").update_service(cluster="apps", service="shop", desiredCount=0)

    seen = ()

    def names(self, queue):
        got = emulator.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        self.seen = [*self.seen, *(json.loads(one["Body"])["detail"]["eventName"] for one in got)]
        return self.seen

    @staticmethod
    def state(ecs):
        (service,) = ecs.describe_services(cluster="apps", services=["shop"])["services"]
        (primary,) = [one for one in service["deployments"] if one["status"] == "PRIMARY"]
        return primary["rolloutState"], service["runningCount"]

    @staticmethod
    def service(ecs, tag, execution, update=False):
        digest = emulator.client("ecr").describe_images(repositoryName=REPOSITORY, imageIds=[{"imageTag": tag}])
        image = f"{IMAGE}@{digest['imageDetails'][0]['imageDigest']}"
        definition = ecs.register_task_definition(
            family="shop",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/{execution}",
            containerDefinitions=[
                {"name": "app", "image": image, "essential": True, "portMappings": [{"containerPort": 80}]}
            ],
        )["taskDefinition"]["taskDefinitionArn"]
        if update:
            return ecs.update_service(cluster="apps", service="shop", taskDefinition=definition)
        return ecs.create_service(
            cluster="apps",
            serviceName="shop",
            taskDefinition=definition,
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [SUBNETS[0]]}},
            deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        )


class Read(unittest.TestCase):
    def test_a_specification_names_what_it_does_not_know(self):
        for text in ("phases: {}", "version: 0.3", "version: 0.2\nphase: {}", "version: 0.2\nphases: {test: {}}", "[]"):
            with self.assertRaises(buildspec.BadBuildspec):
                buildspec.read(text)

    def test_a_failed_build_still_runs_what_comes_after_it(self):
        self.assertEqual(buildspec.next_phase("build", True), "post_build")
        self.assertIsNone(buildspec.next_phase("pre_build", True))
        self.assertEqual(buildspec.next_phase("install", False), "pre_build")
        self.assertIsNone(buildspec.next_phase("post_build", False))


class Watched(unittest.TestCase):
    def test_each_state_of_a_deployment_is_said_once(self):
        watch, deployment = Watch(), {"id": "one", "rolloutState": "IN_PROGRESS"}
        services = [{"deployments": [deployment]}]
        states = lambda: [state for _, _, state in watch.look(services)]  # noqa: E731
        self.assertEqual((states(), states()), (["IN_PROGRESS"], []))
        deployment["rolloutState"] = "FAILED"
        self.assertEqual((states(), states()), (["FAILED"], []))

    def test_one_that_was_over_at_once_has_begun_too(self):
        services = [{"deployments": [{"id": "one", "rolloutState": "COMPLETED"}]}]
        self.assertEqual([state for _, _, state in Watch().look(services)], ["IN_PROGRESS", "COMPLETED"])

    def test_one_is_complete_once_all_its_tasks_run_and_stays_so_when_one_of_them_ends(self):
        watch, service = Watch(), {"deployments": [{"id": "one", "rolloutState": "COMPLETED"}], "desiredCount": 2}
        said = []
        for running in (0, 1, 2, 1, 2):
            service["runningCount"] = running
            said.append([state for _, _, state in watch.look([service])])
        self.assertEqual(said, [["IN_PROGRESS"], [], ["COMPLETED"], [], []])
