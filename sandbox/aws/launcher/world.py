"""The emulator's modules with our extensions, and the look-ups across accounts and Regions."""

import asyncio
import contextlib
import functools
import json
import os
import time
import urllib.parse

from . import (
    alarm_states,
    alarms,
    ancestry,
    app_rules,
    authorization,
    balancer_metrics,
    balancers,
    builds,
    clusters,
    deployment_alarms,
    deployments,
    ec2_checks,
    ecs_rules,
    events,
    lambda_rules,
    launch,
    local_indexes,
    message_moves,
    metrics,
    registry,
    runtimes,
    saved_queries,
    ssm_rules,
    stages,
    tasks,
)
from .account import Account
from .account_services import AccountServices
from .faults import Faults
from .groups import GroupCalls
from .instances import InstanceCalls
from .machines import Machines
from .query import Ec2Error, install
from .regional import RegionalCalls
from .scaling import Scaling

ADMINISTRATOR = "administrator"
# A task of the sandbox lives as long as a sandbox does; nothing renews its credentials.
_TASK_SECONDS = 12 * 3600
# The emulator knows only the Intel image under a public parameter; machines here have no processor: one image serves.
_ARM_IMAGE = ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64", "ami-0c2023a1b2c3d4e5f")


@functools.lru_cache(maxsize=1)
def instance_types():
    """Every instance type that the pinned AWS model knows."""
    from botocore.loaders import Loader

    return frozenset(Loader().load_service_model("ec2", "service-2")["shapes"]["InstanceType"]["enum"])


def _later(seconds, call, *arguments):
    # The timer keeps the request's account and Region: call_later runs in a copy of the current context.
    asyncio.get_running_loop().call_later(seconds, call, *arguments)


class World:
    def __init__(self, calls, runtime_programs):
        from ministack.core import iam_actions, iam_evaluator, lambda_runtime, responses
        from ministack.services import (
            alb,
            apigateway,
            cloudwatch,
            cloudwatch_logs,
            codebuild,
            dynamodb,
            ec2,
            ecr,
            ecs,
            eventbridge,
            iam,
            lambda_svc,
            rds,
            sqs,
            ssm,
            sts,
            tagging,
        )

        self._evaluator, self._alb = iam_evaluator, alb
        self._ec2, self._eventbridge, self._iam, self._sts, self._responses = ec2, eventbridge, iam, sts, responses
        self._tagging, self._actions, self._lambda = tagging, iam_actions, lambda_svc
        self._lambda_runtime = lambda_runtime
        self.faults = Faults()
        self._account = Account(ec2, iam, ssm, instance_types)
        self.machines = Machines(ec2, self._account, _later, self._announce)
        install(ec2, InstanceCalls(ec2, self._account, self.machines, self.tags_of).handlers())
        install(ec2, GroupCalls(ec2, self.tags_of).handlers())
        install(ec2, RegionalCalls(instance_types, responses.AccountRegionScopedDict).handlers())
        ssm_rules.install(ssm)
        ssm._PUBLIC_AMI_PARAMETERS.setdefault(*_ARM_IMAGE)
        events.install(eventbridge, iam_evaluator, lambda_svc)
        lambda_rules.install(lambda_svc, apigateway, iam_evaluator, calls.use)
        local_indexes.install(dynamodb)
        stages.install(apigateway)
        recorder = metrics.install(cloudwatch, cloudwatch_logs, sqs, apigateway, responses)
        metrics.install_runs(lambda_svc, recorder)
        self.alarms = alarm_states.AlarmStates(cloudwatch, recorder, responses)
        self.ancestry = ancestry.Ancestry()
        ancestry.install(lambda_svc, sqs, self.ancestry)
        message_moves.install(sqs, message_moves.MessageMoves(sqs, responses.AccountRegionScopedDict))
        self._ecs, self._scaling = ecs, Scaling(responses.get_account_id, responses.get_region)
        self.added_services = [AccountServices(lambda: list(ec2._tags._data.values())), self._scaling]
        clusters.install(rds)
        balancers.install(alb)
        ecs_rules.install(ecs)
        registry.install(ecr, self.emit)
        unpacked = registry.Unpacked(ecr, os.path.join(os.environ["STATE_DIR"], "images"))
        tasks.install(ecs, alb, ec2, self._task_session, self.role_may, unpacked)
        balancer_metrics.install(alb, recorder)
        builds.install(codebuild, self)
        deployments.install(ecs, responses, self.emit)
        runtimes.install(lambda_svc, lambda_runtime, runtime_programs)
        alarms.install(cloudwatch)
        alarm_states.install(cloudwatch, self.alarms)
        self.watch = deployment_alarms.install(ecs, cloudwatch, self.alarms, responses)
        saved_queries.install(
            cloudwatch_logs, saved_queries.SavedQueries(cloudwatch_logs, responses.AccountRegionScopedDict)
        )
        authorization.install_transport(iam_evaluator)
        authorization.install_language(iam_evaluator)
        authorization.install_role_principals(iam_evaluator, self._role_arn)
        authorization.install_instance_sessions(iam_evaluator, sts)
        authorization.install_enforcement(iam_evaluator, iam_actions, self._checks, tagging.resource_tags)

    def _role_arn(self, account, name):
        return (self._iam._roles.get_scoped(account, None, name) or {}).get("Arn")

    def _announce(self, instance_id, state):
        account, region = self._responses.get_account_id(), self._responses.get_region()
        # After the call's own response, as on AWS.
        _later(0.05, self._eventbridge._dispatch_event, events.state_change(instance_id, state, account, region))

    def _checks(self, service, action, resource, request):
        operation = action.split(":", 1)[1]
        if service == "ec2":
            return ec2_checks.checks(operation, request["params"], self._checked_world())
        if service == "ssm":
            return ssm_rules.checks(operation, request["body"], self._parameter_arn)
        if service == "logs" and operation in ("CreateLogStream", "PutLogEvents"):
            return [self._log_stream_check(action, request["body"])]
        return app_rules.checks(service, operation, request, self._arn, self._tags_of_balancing, self._iam._roles.get)

    def _arn(self, service, rest):
        return f"arn:aws:{service}:{self._responses.get_region()}:{self._responses.get_account_id()}:{rest}"

    def _tags_of_balancing(self, arn):
        return {tag["Key"]: tag.get("Value") or "" for tag in self._alb._tags.get(arn) or []}

    def _log_stream_check(self, action, body):
        """AWS authorises both on the stream, the emulator on the group."""
        region, account = self._responses.get_region(), self._responses.get_account_id()
        return ec2_checks.Check(
            action,
            f"arn:aws:logs:{region}:{account}:log-group:{body.get('logGroupName')}"
            f":log-stream:{body.get('logStreamName')}",
        )

    def _checked_world(self):
        region = self._responses.get_region()
        return ec2_checks.World(
            account=self._responses.get_account_id(),
            region=region,
            tags_of=self.tags_of,
            launch_of=self._launch_or_none,
            parameter_arn=lambda name: f"arn:aws:ssm:{region}::parameter{name}",
            owner_of=lambda name: (self._ec2._subnets.get(name) or self._ec2._vpcs.get(name) or {}).get("OwnerId"),
        )

    def _parameter_arn(self, name):
        if name.startswith("arn:"):
            return name
        region, account = self._responses.get_region(), self._responses.get_account_id()
        owner = "" if name.startswith("/aws/") else account
        return f"arn:aws:ssm:{region}:{owner}:parameter/{name.lstrip('/').split(':')[0]}"

    def _launch_or_none(self, request):
        try:
            return launch.plan(request, self._account)
        except Ec2Error:
            return None

    def set_polling(self, queue, enabled):
        """Switches the event source mappings of a queue off and on, so that waiting messages come as one batch."""
        found = [
            one for one in self._lambda._esms._data.values() if one.get("EventSourceArn", "").endswith(f":{queue}")
        ]
        for mapping in found:
            mapping["Enabled"] = enabled
        if enabled:
            self._lambda._esm_wake.set()
        return len(found)

    def end_functions(self, role):
        """Kills what runs of the functions of a role, as when their memory is full; answers how many."""
        return runtimes.kill_busy(self._lambda_runtime, role)

    def keep_busy(self, cluster, name, percent):
        """Scales a service as if its tasks used so much of their processor; answers how many are wanted."""
        for account, region, key in list(self._ecs._services._data):
            if key == f"{cluster}/{name}":
                self._responses.set_request_account_id(account)
                self._responses.set_request_region(region)
                current = self._ecs._services[key]["desiredCount"]
                wanted = self._scaling.wanted(f"service/{key}", current, percent)
                if wanted is not None and wanted != current:
                    self._ecs._update_service({"cluster": cluster, "service": name, "desiredCount": wanted})
                return current if wanted is None else wanted
        return None

    def tags_of(self, resource_id):
        return {tag["Key"]: tag.get("Value", "") for tag in self._ec2._tags.get(resource_id) or []}

    def role_name(self, profile_arn):
        return self._account.role_name(profile_arn)

    def all_machines(self):
        """[(region, machine, tags)] over every account and Region."""
        found = []
        for account, region, instance_id in list(self._ec2._instances._data):
            machine = self._ec2._instances.get_scoped(account, region, instance_id)
            tags = self._ec2._tags.get_scoped(account, region, instance_id) or []
            if machine and "LaunchedAt" in machine:
                found.append((region, machine, {tag["Key"]: tag.get("Value", "") for tag in tags}))
        return found

    def scope_of(self, instance_id):
        """A context in which the emulator's stores are those of the machine, or None when there is no such machine."""
        for account, region, one in list(self._ec2._instances._data):
            if one == instance_id:
                return self._scope(account, region, instance_id)
        return None

    @contextlib.contextmanager
    def _scope(self, account, region, instance_id):
        self._responses.set_request_account_id(account)
        self._responses.set_request_region(region)
        yield self._ec2._instances[instance_id]

    def _task_session(self, role_arn, task_arn):
        """The variables with credentials of a task's role; none for a task without one."""
        if not role_arn:
            return {}
        keys = self.session(role_arn.rpartition("/")[2], task_arn.rpartition("/")[2], _TASK_SECONDS)
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["Token"],
        }

    def role_may(self, role_arn, action, resource):
        """Whether a role's policies allow a call that a service makes in its name."""
        account, name = self._responses.get_account_id(), (role_arn or "").rpartition("/")[2]
        tags = (self._iam._roles.get(name) or {}).get("Tags") or []
        context = self._evaluator.EvalContext(
            principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/service",
            principal_type="AssumedRole",
            principal_account=account,
            action=action,
            resource_arn=resource,
            region=self._responses.get_region(),
            principal_keys={f"aws:principaltag/{tag['Key'].lower()}": tag["Value"] for tag in tags},
        )
        policies = self._evaluator._gather_role_policies(name, account)
        service = action.partition(":")[0]
        # What refuses at the resource refuses everybody.
        own = self._evaluator._resource_policy(service, resource) if service == "ecr" else None
        if own and self._evaluator.evaluate_resource_policy(own[0], context).decision == "Deny":
            return False
        return self._evaluator.evaluate(context, policies).decision == "Allow"

    def trusted(self, role_arn, service, source_arn):
        """Whether a role lets a service of AWS take it on, for something of that service."""
        account = self._responses.get_account_id()
        role = self._iam._roles.get(role_arn.rpartition("/")[2]) or {}
        context = self._evaluator.EvalContext(
            principal_arn="",
            principal_type="Service",
            principal_account=account,
            action="sts:AssumeRole",
            resource_arn=role_arn,
            region=self._responses.get_region(),
            service_context={"aws:sourceaccount": account, "aws:sourcearn": source_arn},
        )
        trust = role.get("AssumeRolePolicyDocument")
        return self._evaluator.evaluate_resource_policy(_unquoted(trust), context, service=service).decision == "Allow"

    def emit(self, event):
        self._eventbridge._dispatch_event(event)

    def instance_session(self, machine, role, seconds):
        account, region = self._responses.get_account_id(), self._responses.get_region()
        arn = f"arn:aws:ec2:{region}:{account}:instance/{machine['InstanceId']}"
        return self.session(role, machine["InstanceId"], seconds, {"SourceInstanceArn": arn})

    def session(self, role, name, seconds, more=None):
        account = self._responses.get_account_id()
        key, secret, token = (
            self._iam._gen_session_access_key(),
            self._iam._gen_secret(),
            self._iam._gen_session_token(),
        )
        expires = time.time() + seconds
        role_id = (self._iam._roles.get(role) or {}).get("RoleId", role)
        self._sts.register_session(
            key,
            {
                "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
                "UserId": f"{role_id}:{name}",
                "SecretAccessKey": secret,
                "SessionToken": token,
                "Expiration": expires,
                "AccountId": account,
                **(more or {}),
            },
        )
        return {
            "AccessKeyId": key,
            "SecretAccessKey": secret,
            "Token": token,
            "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires)),
        }

    def principal(self, access_key):
        """The role (or user) behind a key, for the call log."""
        session = self._sts._sessions.get(access_key)
        if session:
            return session.get("Arn", "").split(":assumed-role/")[-1].split("/")[0] or "unknown"
        return ADMINISTRATOR if access_key == os.environ["AWS_ACCESS_KEY_ID"] else "unknown"


def _unquoted(policy):
    """A trust policy as a document, which may be kept as it came in a query."""
    return json.loads(urllib.parse.unquote(policy)) if isinstance(policy, str) else policy


def parsed_json(body):
    try:
        data = json.loads(body) if body else {}
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
