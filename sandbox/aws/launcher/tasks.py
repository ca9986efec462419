"""ECS tasks as processes: the emulator's own scheduler drives containers, and here a container is a process.

A process has the environment of its task definition, its secrets, the credentials of its task's role, and HOST and PORT
to listen at. Its task has an address of its subnet, which the load balancer reaches if the task's groups let it in. All
processes share this machine: nothing keeps them from each other's loopback ports, processor, memory or files.
"""

import asyncio
import contextlib
import ipaddress
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid

from .health import Health, ask
from .images import Images, install_errors
from .registry import arn_of, parts_of

_FIRST_HOST = 20
_LABEL = "com.amazonaws.ecs."
_CLUSTERS = ".rds.amazonaws.com"
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class Container:
    def __init__(self, process, address, port):
        self.id, self.address, self.port = uuid.uuid4().hex * 2, address, port
        self.attrs = {"NetworkSettings": {"Networks": {"task": {"IPAddress": address}}}}
        self._process, self._lines, self._changed = process, [], threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def status(self):
        return "running" if self._process.poll() is None else "exited"

    def reload(self):
        """Its state is the process's own."""

    def _read(self):
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._lines.append(None)
            self._changed.notify_all()

    def logs(self, **_options):
        """Every line until the process has ended."""
        seen = 0
        while True:
            with self._changed:
                while len(self._lines) == seen:
                    self._changed.wait()
                line = self._lines[seen]
            if line is None:
                return
            yield line
            seen += 1

    def wait(self):
        return {"StatusCode": self._process.wait()}

    def stop(self, timeout=5):
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def remove(self, **_options):
        self.stop()


class Engine:
    """What the scheduler takes for a client of docker."""

    def __init__(self, ecs, ec2, sessions, role_may, unpacked=None):
        self._ecs, self._ec2, self._sessions, self._role_may = ecs, ec2, sessions, role_may
        self._running, self._addresses, self._lock = {}, {}, threading.Lock()
        self.images, self.containers = Images(unpacked=unpacked), self

    def get(self, container_id):
        return self._running[container_id]

    def list(self, **_filters):
        return []

    def run(self, image, *, environment, labels, command=None, **_options):
        found = self.images.get(image)
        task = self._ecs._tasks[labels[f"{_LABEL}task-arn"]]
        definition = self._ecs._task_defs[_key(task["taskDefinitionArn"])]
        self._check_execution_role(definition, labels[f"{_LABEL}container-name"], task["taskArn"])
        port = _free_port()
        process = subprocess.Popen(
            [_program(part) for part in command or found.command],
            cwd=found.folder,
            env={
                **found.environment,
                **self._environment(environment, definition.get("taskRoleArn"), task["taskArn"], port),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        container = Container(process, self._address(task), port)
        self._running[container.id] = container
        if not _listens(container):
            container.stop()
        return container

    def _check_execution_role(self, definition, name, task_arn):
        """The emulator reads secrets and writes logs without asking whose right that is."""
        role = definition.get("executionRoleArn")
        for action, resource in needed_to_start(definition, name, task_arn):
            if not self._role_may(role, action, resource):
                raise PermissionError(f"{role} is not authorized to perform: {action} on resource: {resource}")

    def _environment(self, given, role, task_arn, port):
        # The emulator names addresses of docker's network, and gives keys of its own to a task without a role.
        own = {
            name: value
            for name, value in given.items()
            if not name.startswith(("AWS_CONTAINER_", "AWS_ENDPOINT_URL", "ECS_CONTAINER_")) and name not in _KEYS
        }
        # The clusters of the emulator are no servers: where one runs, it stands for all of them.
        if os.environ.get("SANDBOX_DATABASE") and own.get("PGHOST", "").endswith(_CLUSTERS):
            own["PGHOST"] = os.environ["SANDBOX_DATABASE"]
        return {
            "PATH": os.environ["PATH"],
            **own,
            **self._sessions(role, task_arn),
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
            "AWS_REGION": task_arn.split(":")[3],
            "HOST": "127.0.0.1",
            "PORT": str(port),
        }

    def _address(self, task):
        """One for all containers of a task, the next of its subnet."""
        with self._lock:
            known = self._addresses.get(task["taskArn"])
            if known is None:
                block = ipaddress.ip_network(self._ec2._subnets[task["_subnet"]]["CidrBlock"])
                taken = set(self._addresses.values())
                known = next(str(one) for one in list(block)[_FIRST_HOST:-1] if str(one) not in taken)
                self._addresses[task["taskArn"]] = known
            return known

    def knows(self, target):
        return str(target.get("Id")) in self._addresses.values()

    def at(self, address):
        """The running container at an address, and the groups of its task."""
        container = next(
            (one for one in list(self._running.values()) if one.address == address and one.status == "running"), None
        )
        arn = next((arn for arn, one in self._addresses.items() if one == address), None)
        task = self._ecs._tasks.get(arn) or {}
        name = task.get("group", "").partition(":")[2]
        service = next((one for one in self._ecs._services.values() if one.get("serviceName") == name), {})
        network = (service.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
        return container, network.get("securityGroups") or []


def needed_to_start(definition, name, task_arn):
    """[(action, resource)] that the execution role needs for a container."""
    container = next((one for one in definition["containerDefinitions"] if one["name"] == name), {})
    # A secret's ARN has seven parts; after it the key, stage and version of a value may stand.
    secrets = [":".join(one["valueFrom"].split(":")[:7]) for one in container.get("secrets") or []]
    needed = [("secretsmanager:GetSecretValue", arn) for arn in secrets if ":secretsmanager:" in arn]
    image = parts_of(container.get("image", ""))
    if image:
        repository = arn_of(*image[:3])
        needed.append(("ecr:GetAuthorizationToken", "*"))
        needed += [(f"ecr:{call}", repository) for call in ("BatchGetImage", "GetDownloadUrlForLayer")]
    logging = container.get("logConfiguration") or {}
    if logging.get("logDriver") == "awslogs":
        region, account = task_arn.split(":")[3:5]
        group = f"arn:aws:logs:{region}:{account}:log-group:{logging['options']['awslogs-group']}"
        needed += [(f"logs:{call}", f"{group}:log-stream:{name}") for call in ("CreateLogStream", "PutLogEvents")]
    return needed


def _program(part):
    """An image has no Python of its own here: it gets the launcher's."""
    return sys.executable if part in ("python", "python3") else part.replace("{python}", sys.executable)


def _key(arn):
    return arn.rpartition("/")[2]


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _listens(container, seconds=20):
    """A task takes traffic once it answers; one that never does, or that ends, takes none."""
    until = time.monotonic() + seconds
    while container.status == "running" and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", container.port), 1):
            return True
        time.sleep(0.05)
    return container.status != "running"


def lets_in(groups, port, callers):
    """Whether one of the groups has a rule for the port that names a caller's group."""
    for group in groups:
        for rule in group.get("IpPermissions") or []:
            of_port = rule.get("IpProtocol") == "-1" or rule.get("FromPort", -1) <= port <= rule.get("ToPort", -1)
            named = {pair.get("GroupId") for pair in rule.get("UserIdGroupPairs") or []}
            if of_port and named & set(callers):
                return True
    return False


def install(ecs, alb, ec2, sessions, role_may, unpacked):
    install_errors()
    engine = ecs._docker = Engine(ecs, ec2, sessions, role_may, unpacked)
    health = Health(ask)
    original, describe = alb._proxy_http_target, alb._ACTION_MAP["DescribeTargetHealth"]

    def is_well(target, group):
        container, _ = engine.at(str(target.get("Id")))
        return container is not None and health.is_well(container.port, group)

    async def proxy(target, group, *arguments):
        if not engine.knows(target):
            return await original(target, group, *arguments)
        registered = alb._targets.get(group["TargetGroupArn"]) or []
        well = [one for one in registered if await asyncio.to_thread(is_well, one, group)]
        # With no target that is well, a load balancer tries them all.
        chosen = random.choice(well or registered or [target])
        container, names = engine.at(str(chosen.get("Id")))
        if container is None:
            return 502, {"Content-Type": "text/plain"}, b"Bad Gateway"
        groups = [one for one in map(ec2._security_groups.get, names) if one]
        if not lets_in(groups, int(chosen.get("Port") or 80), _callers(alb, group)):
            return 504, {"Content-Type": "text/plain"}, b"Gateway Timeout"
        return await original({"Id": "127.0.0.1", "Port": container.port}, group, *arguments)

    def describe_health(params):
        arn = alb._p(params, "TargetGroupArn")
        registered = alb._targets.get(arn) or []
        if not any(map(engine.knows, registered)):
            return describe(params)
        states = {one["Id"]: is_well(one, alb._tgs[arn]) for one in registered}
        members = "".join(
            f"<member><Target><Id>{one['Id']}</Id><Port>{one.get('Port', 80)}</Port></Target>"
            f"<TargetHealth><State>{'healthy' if states[one['Id']] else 'unhealthy'}</State></TargetHealth></member>"
            for one in registered
        )
        content = f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>"
        return alb._xml(200, "DescribeTargetHealth", content)

    alb._proxy_http_target = proxy
    alb._ACTION_MAP["DescribeTargetHealth"] = describe_health
    return engine


def _callers(alb, target_group):
    """Groups of the load balancers that lead to a target group."""
    arn = target_group["TargetGroupArn"]
    listeners = {
        rule["ListenerArn"]
        for rule in alb._rules.values()
        if any(action.get("TargetGroupArn") == arn for action in rule.get("Actions") or [])
    }
    balancers = [alb._lbs.get(alb._listeners[one]["LoadBalancerArn"]) or {} for one in listeners]
    return {group for balancer in balancers for group in balancer.get("SecurityGroups") or []}
