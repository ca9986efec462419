"""What ECS refuses or remembers of a service on Fargate, and the emulator does not.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
"""

_GIB = 1024
_MEMORY = {
    256: [512, 1024, 2048],
    512: [gib * _GIB for gib in range(1, 5)],
    1024: [gib * _GIB for gib in range(2, 9)],
    2048: [gib * _GIB for gib in range(4, 17)],
    4096: [gib * _GIB for gib in range(8, 31)],
    8192: [gib * _GIB for gib in range(16, 61, 4)],
    16384: [gib * _GIB for gib in range(32, 121, 8)],
}


def size_problem(request):
    """Of a task definition for Fargate."""
    if "FARGATE" not in (request.get("requiresCompatibilities") or []):
        return None
    if request.get("networkMode") != "awsvpc":
        return "Fargate only supports network mode 'awsvpc'."
    sizes = [str(request.get(name) or "") for name in ("cpu", "memory")]
    if all(size.isdigit() for size in sizes) and int(sizes[1]) in _MEMORY.get(int(sizes[0]), []):
        return None
    return "No Fargate configuration exists for given values."


def network_problem(request):
    """Of a service on Fargate."""
    network = (request.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    if request.get("launchType") == "FARGATE" and not network.get("subnets"):
        return "Network Configuration must be provided when networkMode 'awsvpc' is specified."
    return None


def install(ecs):
    actions = ecs._ACTION_MAP
    actions["RegisterTaskDefinition"] = _checked(ecs, size_problem, actions["RegisterTaskDefinition"])
    actions["CreateService"] = _remembered(ecs, _checked(ecs, network_problem, actions["CreateService"]), "ENABLED")
    actions["UpdateService"] = _remembered(ecs, actions["UpdateService"], None)


def _checked(ecs, check, original):
    def call(request):
        problem = check(request)
        if problem:
            code = "ClientException" if check is size_problem else "InvalidParameterException"
            return ecs.error_response_json(code, problem, 400)
        return original(request)

    return call


def _remembered(ecs, original, default):
    """Whether a service is balanced over zones, which Terraform reads back."""

    def call(request):
        response = original(request)
        cluster = ecs._resolve_cluster_name(request.get("cluster", "default"))
        name = (request.get("serviceName") or request.get("service") or "").rpartition("/")[2]
        service = ecs._services.get(f"{cluster}/{name}")
        wanted = request.get("availabilityZoneRebalancing") or default
        if response[0] == 200 and service is not None and wanted:
            service["availabilityZoneRebalancing"] = wanted
        return response

    return call
