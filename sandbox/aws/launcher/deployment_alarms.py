"""ECS takes a version back by CloudWatch's alarms: while it rolls out, and for a while after its tasks are steady.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
Thinner than AWS: the time after ("bake time"), which AWS computes from the alarms, is a few seconds, and the first
version of a service is not watched, since there is none to go back to.
"""

import threading
import time

_EVERY_SECONDS = 0.1


def alarms_of(service):
    """Names of the alarms by which ECS fails a version of the service."""
    asked = (service.get("deploymentConfiguration") or {}).get("alarms") or {}
    return tuple(asked.get("alarmNames") or []) if asked.get("enable") else ()


class Watch:
    """`is_on(name)`: whether an alarm of the service's account and Region is in the state ALARM."""

    def __init__(self, is_on, clock=time.monotonic):
        self._is_on, self._clock = is_on, clock
        # For how long a steady version is watched; a scenario that lets one fail says more.
        self.bake_seconds = 1.0
        # By a deployment's id: the alarms that count for it, and since when its tasks are steady.
        self._watched, self._steady = {}, {}

    def begin(self, service, deployment):
        """With one that is on already none counts: the version may be the one that mends what is wrong."""
        if deployment["id"] not in self._watched:
            names = alarms_of(service)
            self._watched[deployment["id"]] = () if any(map(self._is_on, names)) else names

    def end(self, deployment):
        """A version that is over is never watched again, also where ECS goes back to it."""
        self._watched[deployment["id"]] = ()
        self._steady.pop(deployment["id"], None)

    def fired(self, deployment):
        """Names of alarms that take it back."""
        return [name for name in self._watched.get(deployment["id"], ()) if self._is_on(name)]

    def is_held(self, deployment):
        """Whether a version whose tasks are steady is still watched; the first time says that it is now."""
        if not self._watched.get(deployment["id"]):
            return False
        steady = self._steady.setdefault(deployment["id"], self._clock())
        return self._clock() - steady < self.bake_seconds

    def bakes(self, deployment):
        return deployment["id"] in self._steady


def take_back(ecs, service, deployment):
    """As the circuit breaker does it; answers the version that is gone back to, or None."""
    deployment.update(
        rolloutState="FAILED",
        rolloutStateReason=f"ECS deployment {deployment['id']} failed: alarm detected.",
        desiredCount=0,
        updatedAt=ecs._iso(),
    )
    _say(ecs, service, f"(deployment {deployment['id']}) deployment failed: alarm detected.")
    asked = service["deploymentConfiguration"]["alarms"]
    before = next((one for one in service["deployments"] if one.get("rolloutState") == "COMPLETED"), None)
    if not asked.get("rollback") or before is None:
        return None
    deployment["status"] = "ACTIVE"
    before.update(
        status="PRIMARY",
        desiredCount=service["desiredCount"],
        rolloutState="IN_PROGRESS",
        rolloutStateReason="ECS deployment rollback in progress.",
        updatedAt=ecs._iso(),
    )
    service["taskDefinition"] = before["taskDefinition"]
    _say(ecs, service, f"rolling back to deployment {before['id']}.")
    return before


def _say(ecs, service, text):
    message = f"(service {service['serviceName']}) {text}"
    service["events"].insert(0, {"id": ecs.new_uuid(), "createdAt": ecs._iso(), "message": message})


class Deployments:
    """The watch at the emulator's own scheduler."""

    def __init__(self, ecs, watch):
        self._ecs, self._watch, self._complete = ecs, watch, ecs._complete_service_deployment

    def begin(self, service):
        primary = self._ecs._primary_deployment(service)
        if primary and primary.get("rolloutState") == "IN_PROGRESS":
            self._watch.begin(service, primary)

    def complete(self, cluster, key, expected_deployment_id=None):
        """In the scheduler's place: a version is complete only once it is no longer watched."""
        service = self._ecs._services.get(key)
        primary = self._ecs._primary_deployment(service) if service else None
        if primary and self._is_steady(service, primary):
            is_first = not self._watch.bakes(primary)
            if self._watch.is_held(primary):
                # The version before goes by now, and is started anew if ECS goes back to it.
                for arn in self._tasks_of_others(service, primary) if is_first else []:
                    self._ecs._stop_task({"task": arn, "cluster": cluster, "reason": "Deployment is watched"})
                return
        self._complete(cluster, key, expected_deployment_id)

    def look(self, cluster, key):
        service = self._ecs._services[key]
        primary = self._ecs._primary_deployment(service)
        if service.get("status") != "ACTIVE" or primary is None:
            return
        if primary.get("rolloutState") != "IN_PROGRESS":
            self._watch.end(primary)
        elif self._watch.fired(primary):
            with self._ecs.resource_lock("ecs-service", key):
                before = take_back(self._ecs, service, primary)
                self._watch.end(primary)
            self._ecs._reconcile_service_tasks(cluster, key)
            if before:
                account, region = self._ecs.get_account_id(), self._ecs.get_region()
                self._ecs._schedule_service_deployment_completion(cluster, key, account, region)
        elif self._watch.bakes(primary):
            self.complete(cluster, key)

    def _is_steady(self, service, primary):
        if primary.get("rolloutState") != "IN_PROGRESS" or service.get("desiredCount", 0) == 0:
            return False
        steady = [
            one
            for one in self._tasks(service)
            if one.get("_deployment_id") == primary["id"]
            and one.get("lastStatus") == "RUNNING"
            and one.get("_startup_stable")
        ]
        return len(steady) >= service["desiredCount"]

    def _tasks_of_others(self, service, primary):
        return [
            one["taskArn"]
            for one in self._tasks(service)
            if one.get("_deployment_id") != primary["id"] and one.get("lastStatus") in self._ecs._PRE_STOP_STATUSES
        ]

    def _tasks(self, service):
        group = f"service:{service['serviceName']}"
        found = list(self._ecs._tasks.values())
        return [one for one in found if one.get("group") == group and one.get("clusterArn") == service["clusterArn"]]


def install(ecs, cloudwatch, states, responses):
    def is_on(name):
        alarm = cloudwatch._alarms.get(name)
        if alarm is not None:
            states.evaluate(alarm)
        return alarm is not None and alarm["StateValue"] == "ALARM"

    watch = Watch(is_on)
    deployments = Deployments(ecs, watch)
    ecs._complete_service_deployment = deployments.complete
    update = ecs._ACTION_MAP["UpdateService"]

    def update_service(request):
        response = update(request)
        cluster = ecs._resolve_cluster_name(request.get("cluster", "default"))
        service = ecs._services.get(f"{cluster}/{str(request.get('service', '')).rpartition('/')[2]}")
        if service is not None:
            deployments.begin(service)
        return response

    def loop():
        while True:
            time.sleep(_EVERY_SECONDS)
            for account, region, key in list(ecs._services._data):
                service = ecs._services.get_scoped(account, region, key)
                if service and alarms_of(service):
                    with responses.request_scope(account, region):
                        deployments.look(key.partition("/")[0], key)

    ecs._ACTION_MAP["UpdateService"] = update_service
    threading.Thread(target=loop, daemon=True).start()
    return watch
