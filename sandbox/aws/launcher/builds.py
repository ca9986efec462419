"""CodeBuild runs builds: the commands of a build specification, as processes in an environment of their own.

A build has the credentials of its project's service role and nothing of the launcher's; its source is read from S3 with
them. https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
"""

import contextvars
import functools
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
import zipfile

from . import buildspec
from .events import aws_event

_SESSION_SECONDS = 3600
_BUILD_TOOLS = pathlib.Path(__file__).resolve().parents[1] / "build"
# The group ends with the launcher, however that ends: the pipe on standard input closes then.
_SUPERVISED = (
    "exec 3<&0; (read -r _ <&3; kill -KILL -- -$$) & watch=$!; "
    '/bin/sh "$1" </dev/null 3<&-; code=$?; kill $watch; exit $code'
)


class Failed(Exception):
    """Why a phase failed: a status code of CodeBuild and a sentence."""


class Builds:
    def __init__(self, codebuild, world):
        # world: session(role, name, seconds), role_may(arn, action, resource), trusted(arn, service, source), emit
        self._codebuild, self._world, self._running = codebuild, world, {}

    def start(self, data):
        codebuild = self._codebuild
        project = codebuild._projects.get(_name(data.get("projectName", "")))
        if project is None:
            return codebuild.error_response_json(
                "ResourceNotFoundException", f"Project cannot be found: {data.get('projectName', '')}", 400
            )
        token = data.get("idempotencyToken")
        for known in codebuild._builds.values() if token else []:
            if known.get("_token") == token and known["projectName"] == project["name"]:
                return codebuild.json_response({"build": shown(known)})
        build = self._record(project, data)
        build["_token"] = token
        codebuild._builds[build["id"]] = build
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._run, build, project), daemon=True).start()
        return codebuild.json_response({"build": shown(build)})

    def stop(self, data):
        build = self._codebuild._builds.get(_name(data.get("id", ""), "build/"))
        if build is None:
            return self._codebuild.error_response_json(
                "ResourceNotFoundException", f"Build not found: {data.get('id', '')}", 400
            )
        if build["buildStatus"] == "IN_PROGRESS":
            build["_stopped"] = True
            _kill(self._running.get(build["id"]))
        return self._codebuild.json_response({"build": shown(build)})

    def get(self, data):
        ids = [_name(one, "build/") for one in data.get("ids", [])]
        known = self._codebuild._builds
        return self._codebuild.json_response(
            {
                "builds": [shown(known[one]) for one in ids if one in known],
                "buildsNotFound": [one for one in ids if one not in known],
            }
        )

    def _record(self, project, data):
        build = self._codebuild._make_build_record(
            project, f"{project['name']}:{uuid.uuid4()}", data.get("sourceVersion")
        )
        build.pop("endTime", None)
        source = dict(project.get("source") or {})
        for key, override in (
            ("type", "sourceTypeOverride"),
            ("location", "sourceLocationOverride"),
            ("buildspec", "buildspecOverride"),
        ):
            if data.get(override):
                source[key] = data[override]
        environment = dict(project.get("environment") or {})
        variables = {one["name"]: one for one in environment.get("environmentVariables") or []}
        variables.update({one["name"]: one for one in data.get("environmentVariablesOverride") or []})
        environment["environmentVariables"] = list(variables.values())
        logs = (data.get("logsConfigOverride") or project.get("logsConfig") or {}).get("cloudWatchLogs") or {}
        group = logs.get("groupName") or f"/aws/codebuild/{project['name']}"
        return {
            **build,
            "buildStatus": "IN_PROGRESS",
            "currentPhase": "SUBMITTED",
            "phases": [],
            "source": source,
            "environment": environment,
            "serviceRole": data.get("serviceRoleOverride") or project["serviceRole"],
            "timeoutInMinutes": data.get("timeoutInMinutesOverride") or project.get("timeoutInMinutes") or 60,
            "buildComplete": False,
            "logs": {"groupName": group, "streamName": build["id"].partition(":")[2]},
        }

    def _run(self, build, project):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="build-"))
        self._world.emit(event(build))
        failed = None
        try:
            for phase in ("SUBMITTED", "QUEUED"):
                self._phase(build, phase, lambda: None)
            log, environment = self._phase(build, "PROVISIONING", lambda: self._provision(build, folder))
            self._phase(build, "DOWNLOAD_SOURCE", lambda: self._download(build, folder, environment))
            failed = self._commands(build, folder, environment, log)
        except Failed as problem:
            failed = problem
        except Exception as error:
            failed = Failed("INTERNAL_ERROR", str(error))
        finally:
            self._running.pop(build["id"], None)
            shutil.rmtree(folder, ignore_errors=True)
        self._phase(build, "FINALIZING", lambda: None)
        build["phases"].append({"phaseType": "COMPLETED", "startTime": time.time()})
        status = "FAILED" if failed else "SUCCEEDED"
        if failed and failed.args[0] == "BUILD_TIMED_OUT":
            status = "TIMED_OUT"
        build.update(
            buildStatus="STOPPED" if build.get("_stopped") else status,
            currentPhase="COMPLETED",
            endTime=time.time(),
            buildComplete=True,
        )
        self._world.emit(event(build))

    def _phase(self, build, name, work):
        record = {"phaseType": name, "startTime": time.time()}
        build["currentPhase"] = name
        build["phases"].append(record)
        status, contexts = "SUCCEEDED", []
        try:
            return work()
        except Failed as failed:
            status = "TIMED_OUT" if failed.args[0] == "BUILD_TIMED_OUT" else "FAILED"
            status = "STOPPED" if build.get("_stopped") else status
            contexts = [{"statusCode": failed.args[0], "message": failed.args[1]}]
            raise
        finally:
            record.update(phaseStatus=status, endTime=time.time(), contexts=contexts)
            record["durationInSeconds"] = round(record["endTime"] - record["startTime"])

    def _provision(self, build, folder):
        role = build["serviceRole"]
        # https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html
        project = f"arn:aws:codebuild:{':'.join(build['arn'].split(':')[3:5])}:project/{build['projectName']}"
        if not self._world.trusted(role, "codebuild.amazonaws.com", project):
            raise Failed("CLIENT_ERROR", f"CodeBuild is not authorized to perform: sts:AssumeRole on {role}")
        region, account = build["arn"].split(":")[3:5]
        logs = build["logs"]
        group = f"arn:aws:logs:{region}:{account}:log-group:{logs['groupName']}"
        stream = f"{group}:log-stream:{logs['streamName']}"
        for action, resource in (("logs:CreateLogStream", stream), ("logs:PutLogEvents", stream)):
            if not self._world.role_may(role, action, resource):
                raise Failed("ACCESS_DENIED", f"The service role {role} does not allow {action} on {resource}")
        name = build["id"].rpartition(":")[2]
        keys = self._world.session(role.rpartition("/")[2], f"AWSCodeBuild-{name}", _SESSION_SECONDS)
        source, home = folder / "src", folder / "home"
        source.mkdir()
        home.mkdir()
        given = build["environment"]["environmentVariables"]
        environment = {
            "PATH": f"{_tools(folder)}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["Token"],
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
            "CODEBUILD_BUILD_ID": build["id"],
            "CODEBUILD_BUILD_ARN": build["arn"],
            "CODEBUILD_BUILD_NUMBER": str(build["buildNumber"]),
            "CODEBUILD_SRC_DIR": str(source),
            "CODEBUILD_SOURCE_VERSION": build.get("sourceVersion") or "",
            "CODEBUILD_INITIATOR": build["initiator"],
            **{one["name"]: one["value"] for one in given if one.get("type", "PLAINTEXT") == "PLAINTEXT"},
        }
        return self._codebuild._log_sink(build), environment

    def _download(self, build, folder, environment):
        source = build["source"]
        if source.get("type") == "NO_SOURCE":
            return
        if source.get("type") != "S3":
            raise Failed("CLIENT_ERROR", f"The sandbox reads sources from S3 alone, not from {source.get('type')}")
        location = source["location"].removeprefix("arn:aws:s3:::")
        target = folder / "source.zip"
        status = _read_object(environment, location, target)
        if status != 200:
            code = "AccessDenied" if status == 403 else "NoSuchKey"
            raise Failed("CLIENT_ERROR", f"{code}: {location}, status code: {status} for primary source")
        try:
            with zipfile.ZipFile(target) as archive:
                archive.extractall(environment["CODEBUILD_SRC_DIR"])
        except zipfile.BadZipFile as error:
            raise Failed("CLIENT_ERROR", f"{location} is no archive: {error}") from error

    def _commands(self, build, folder, environment, log):
        """Runs the phases of the specification; answers the first failure."""
        first, name = None, "install"
        specification = None
        until = time.monotonic() + build["timeoutInMinutes"] * 60
        while name:
            failed = None
            try:
                if specification is None:
                    specification = _specification(build, environment)
                    environment.update({**specification["variables"], **environment})
                phase = functools.partial(self._shell, build, folder, environment, log, until)
                self._phase(build, name.upper(), functools.partial(phase, *specification["phases"][name]))
            except buildspec.BadBuildspec as problem:
                return Failed("YAML_FILE_ERROR", str(problem))
            except Failed as problem:
                failed, first = problem, first or problem
            environment["CODEBUILD_BUILD_SUCCEEDING"] = "0" if first else "1"
            name = buildspec.next_phase(name, failed is not None)
        return first

    def _shell(self, build, folder, environment, log, until, regular, last):
        state, script = folder / "state", folder / "phase.sh"
        script.write_text(
            _script(regular, last, state, environment.get("CODEBUILD_BUILD_SUCCEEDING") != "0"), encoding="utf-8"
        )
        process = subprocess.Popen(
            ["/bin/sh", "-c", _SUPERVISED, "build", str(script)],
            cwd=environment["CODEBUILD_SRC_DIR"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._running[build["id"]] = process
        timer = threading.Timer(max(0, until - time.monotonic()), _kill, [process])
        timer.start()
        running = ""
        for line in process.stdout:
            log(line.rstrip("\n"))
            if line.startswith("[Container] Running command "):
                running = line.removeprefix("[Container] Running command ").strip()
        code = process.wait()
        timer.cancel()
        if build.get("_stopped"):
            raise Failed("BUILD_STOPPED", "The build was stopped")
        if time.monotonic() >= until:
            raise Failed("BUILD_TIMED_OUT", "Build has timed out.")
        if code:
            raise Failed(
                "COMMAND_EXECUTION_ERROR", f"Error while executing command: {running}. Reason: exit status {code}"
            )


def _script(regular, last, state, succeeding):
    """The commands one after the other in one shell, whose variables and folder the next phase goes on with."""
    text = [
        f'[ ! -f "{state}" ] || . "{state}"',
        f"export CODEBUILD_BUILD_SUCCEEDING={int(succeeding)}",
        f'finish() {{ (export -p; printf \'cd "%s"\\n\' "$PWD") > "{state}"; }}',
        "code=0",
    ]
    for command in regular:
        text += ['if [ "$code" = 0 ]; then', *_announced(command), "code=$?", "fi"]
    for command in last:
        text += _announced(command)
    return "\n".join([*text, "finish", 'exit "$code"', ""])


def _announced(command):
    quoted = command.strip().replace("'", "'\\''")
    first = quoted.splitlines()[0] if quoted else ""
    return [f"printf '%s\\n' '[Container] Running command {first}'", f"eval '{quoted}'"]


def _specification(build, environment):
    given = build["source"].get("buildspec") or "buildspec.yml"
    if "\n" not in given:
        path = pathlib.Path(environment["CODEBUILD_SRC_DIR"]) / given
        if not path.is_file():
            raise buildspec.BadBuildspec(f"stat {given}: no such file or directory")
        given = path.read_text(encoding="utf-8")
    return buildspec.read(given)


def _read_object(environment, location, target):
    """The status that S3 answers to the role of the build."""
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    keys = [environment[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")]
    request = AWSRequest(method="GET", url=f"{environment['AWS_ENDPOINT_URL']}/{location}")
    S3SigV4Auth(Credentials(*keys), "s3", environment["AWS_REGION"]).add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(request.url, headers=dict(request.headers))) as response:
            target.write_bytes(response.read())
            return response.status
    except urllib.error.HTTPError as refused:
        return refused.code


def _tools(folder):
    """A folder with what an image of CodeBuild has and a laptop may not: docker."""
    tools = folder / "bin"
    tools.mkdir()
    program = tools / "docker"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{_BUILD_TOOLS / 'docker.py'}' \"$@\"\n", encoding="utf-8")
    program.chmod(0o755)
    return tools


def _kill(process):
    if process is not None and process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _name(given, kind="project/"):
    return given.rpartition(kind)[2] if given.startswith("arn:") else given


def shown(build):
    return {name: value for name, value in build.items() if not name.startswith("_")}


def event(build, now=time.time):
    """https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html"""
    region, account = build["arn"].split(":")[3:5]
    detail = {
        "build-status": build["buildStatus"],
        "project-name": build["projectName"],
        "build-id": build["arn"],
        "current-phase": build["currentPhase"],
        "current-phase-context": "[]",
        "version": "1",
        "additional-information": {
            "build-complete": build.get("buildComplete", False),
            "build-number": build["buildNumber"],
            "initiator": build["initiator"],
            "timeout-in-minutes": build["timeoutInMinutes"],
            "source": build["source"],
            "environment": build["environment"],
            "logs": {"group-name": build["logs"]["groupName"], "stream-name": build["logs"]["streamName"]},
            "phases": [
                {
                    "phase-type": one["phaseType"],
                    "phase-context": [f"{c['statusCode']}: {c['message']}" for c in one.get("contexts") or []],
                    **({"phase-status": one["phaseStatus"]} if "phaseStatus" in one else {}),
                }
                for one in build["phases"]
            ],
        },
    }
    return aws_event("aws.codebuild", "CodeBuild Build State Change", detail, (account, region, build["arn"]), now)


def install(codebuild, world):
    builds, delete = Builds(codebuild, world), codebuild._delete_project
    codebuild._start_build, codebuild._stop_build, codebuild._batch_get_builds = builds.start, builds.stop, builds.get
    # Terraform deletes by ARN.
    codebuild._delete_project = lambda data: delete({**data, "name": _name(data.get("name", ""))})
    shape, create = codebuild._project_shape, codebuild._create_project
    more = ("queuedTimeoutInMinutes", "logsConfig", "concurrentBuildLimit", "cache", "vpcConfig")

    def create_project(data):
        response = create(data)
        if response[0] == 200:
            project = codebuild._projects[data["name"]]
            project.update({key: data[key] for key in more if key in data})
            project.setdefault("queuedTimeoutInMinutes", 480)
        return response

    codebuild._create_project = create_project
    codebuild._project_shape = lambda project: {
        **shape(project),
        **{key: project[key] for key in more if key in project},
    }
