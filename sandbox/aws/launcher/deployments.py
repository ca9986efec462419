"""ECS says on the default bus how the deployments of services go.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
"""

import threading
import time

from .events import aws_event

_EVERY_SECONDS = 0.1
_NAMES = {
    "IN_PROGRESS": ("INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS"),
    "COMPLETED": ("INFO", "SERVICE_DEPLOYMENT_COMPLETED"),
    "FAILED": ("ERROR", "SERVICE_DEPLOYMENT_FAILED"),
}


def event(service_arn, deployment, state, now=time.time):
    kind, name = _NAMES[state]
    region, account = service_arn.split(":")[3:5]
    detail = {
        "eventType": kind,
        "eventName": name,
        "deploymentId": deployment["id"],
        "updatedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now())),
        "reason": deployment.get("rolloutStateReason") or f"ECS deployment {deployment['id']} {state.lower()}.",
    }
    return aws_event("aws.ecs", "ECS Deployment State Change", detail, (account, region, service_arn), now)


class Watch:
    """Sees which deployments changed since it looked last."""

    def __init__(self):
        self._known = {}

    def look(self, services):
        """[(service, deployment, state)] of those that are in another state than before."""
        changed, seen = [], set()
        for service in services:
            for deployment in list(service.get("deployments") or []):
                state, key = deployment.get("rolloutState"), deployment["id"]
                # The emulator calls the first version of a service complete before it has a task.
                is_short = service.get("runningCount", 0) < service.get("desiredCount", 0)
                if state == "COMPLETED" and is_short and self._known.get(key) != state:
                    state = "IN_PROGRESS"
                seen.add(key)
                if state in _NAMES and self._known.get(key) != state:
                    # A deployment that was over before it was seen began, too.
                    if key not in self._known and state != "IN_PROGRESS":
                        changed.append((service, deployment, "IN_PROGRESS"))
                    self._known[key] = state
                    changed.append((service, deployment, state))
        self._known = {key: state for key, state in self._known.items() if key in seen}
        return changed


def install(ecs, responses, emit):
    watch = Watch()

    def loop():
        while True:
            time.sleep(_EVERY_SECONDS)
            for service, deployment, state in watch.look(list(ecs._services._data.values())):
                region, account = service["serviceArn"].split(":")[3:5]
                responses.set_request_account_id(account)
                responses.set_request_region(region)
                emit(event(service["serviceArn"], deployment, state))

    threading.Thread(target=loop, daemon=True).start()
