"""The launcher's own HTTP endpoints, under /_sandbox/: what the simulated machines and the tests need.

They are for the sandbox's own programs only, so each call carries the launcher's token.
"""

import hmac
import json
import time
from urllib.parse import parse_qs

from .faults import check_fields
from .instances import user_data

PREFIX = "/_sandbox/"
TOKEN_HEADER = b"x-sandbox-token"
_SESSION_SECONDS = 3600
_ALIVE = ("pending", "running", "shutting-down", "stopping", "stopped")


class NotHere(Exception):
    """No resource has this name."""


class Control:
    def __init__(self, token, world, calls):
        self._token, self._world, self._calls = token, world, calls

    async def __call__(self, scope, receive, send):
        status, content = 200, None
        given = dict(scope.get("headers", [])).get(TOKEN_HEADER, b"").decode("latin-1")
        if not hmac.compare_digest(given, self._token):
            status, content = 403, {"message": "The header x-sandbox-token does not hold this sandbox's token."}
        else:
            try:
                content = self._answer(scope, await _body(receive))
            except NotHere as missing:
                status, content = 404, {"message": str(missing)}
            except ValueError as bad:
                status, content = 400, {"message": str(bad)}
        payload = json.dumps(content).encode()
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(payload)).encode())],
            }
        )
        await send({"type": "http.response.body", "body": payload})

    def _answer(self, scope, body):
        method, parts = scope["method"], scope["path"].removeprefix(PREFIX).strip("/").split("/")
        query = parse_qs(scope.get("query_string", b"").decode())
        match (method, *parts):
            case ("GET", "health"):
                return {"status": "ok"}
            case ("GET", "machines"):
                return [self._described(one) for one in self._world.all_machines()]
            case ("POST", "machines", instance_id, "shutdown"):
                reason = json.loads(body or b"{}").get("reason")
                with self._scope_of(instance_id):
                    machines = self._world.machines
                    _, after = machines.end(instance_id, reason) if reason else machines.shut_down(instance_id)
                return {"state": after["Name"]}
            case ("POST", "machines", instance_id, "forget"):
                with self._scope_of(instance_id):
                    self._world.machines.forget(instance_id)
                return {}
            case ("POST", "machines", instance_id, "credentials"):
                with self._scope_of(instance_id) as machine:
                    return self._credentials(machine)
            case ("GET", "calls"):
                return self._calls.since(float((query.get("since") or ["0"])[0]))
            case ("GET", "ancestry"):
                return self._world.ancestry.described()
            case ("GET", "uses"):
                return self._calls.uses()
            case ("POST", "calls", "reset"):
                self._calls.reset()
                return {"at": time.time()}
            case ("POST", "queues", name, "polling"):
                wanted = json.loads(body or b"{}")
                check_fields(wanted, {"enabled": (lambda value: isinstance(value, bool), "neither true nor false")})
                return {"mappings": self._world.set_polling(name, wanted.get("enabled", True))}
            case ("POST", "services", cluster, name, "busy"):
                wanted = json.loads(body or b"{}")
                check_fields(wanted, {"percent": (lambda value: type(value) in (int, float), "no number")})
                count = self._world.keep_busy(cluster, name, wanted.get("percent", 0))
                if count is None:
                    raise NotHere(f"There is no service {cluster}/{name}.")
                return {"desired": count}
            case ("POST", "bake"):
                wanted = json.loads(body or b"{}")
                check_fields(wanted, {"seconds": (lambda value: type(value) in (int, float), "no number")})
                self._world.watch.bake_seconds = float(wanted.get("seconds", 0))
                return {}
            case ("GET", "faults"):
                return self._world.faults.pending()
            case ("POST", "faults"):
                return self._world.faults.add(json.loads(body or b"{}"))
            case ("POST", "faults", "reset"):
                return self._world.faults.reset()
        raise NotHere(f"The launcher has no {method} {scope['path']}.")

    def _scope_of(self, instance_id):
        scope = self._world.scope_of(instance_id)
        if scope is None:
            raise NotHere(f"There is no machine {instance_id}.")
        return scope

    def _described(self, entry):
        region, machine, tags = entry
        profile = (machine.get("IamInstanceProfile") or {}).get("Arn")
        return {
            "instance_id": machine["InstanceId"],
            "state": machine["State"]["Name"],
            "interface_id": machine["InterfaceId"],
            "launch_index": machine["AmiLaunchIndex"],
            "user_data": user_data(machine),
            "role_name": self._world.role_name(profile) if profile else None,
            "instance_profile_arn": profile,
            "tags": tags,
            "instance_type": machine["InstanceType"],
            "image_id": machine["ImageId"],
            "subnet_id": machine["SubnetId"],
            "region": region,
            "security_group_ids": [group["GroupId"] for group in machine["SecurityGroups"]],
            "metadata_options": machine.get("MetadataOptions") or {},
            "client_token": machine.get("ClientToken"),
            "launched_at": machine["LaunchedAt"],
        }

    def _credentials(self, machine):
        """A session of the machine's role, as its metadata service returns it."""
        if machine["State"]["Name"] not in _ALIVE:
            raise ValueError(f"{machine['InstanceId']} is {machine['State']['Name']}: it has no credentials any more.")
        profile = (machine.get("IamInstanceProfile") or {}).get("Arn")
        role = self._world.role_name(profile) if profile else None
        if role is None:
            raise ValueError(f"{machine['InstanceId']} was started without an instance profile.")
        return self._world.instance_session(machine, role, _SESSION_SECONDS)


async def _body(receive):
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)
