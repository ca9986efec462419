"""Injected AWS errors: EC2 capacity and throttling, or any other call that fails a given number of times."""

from .query import Ec2Error

_FIELDS = {
    "operation": (lambda value: isinstance(value, str) and value, "not the name of an operation"),
    "code": (lambda value: isinstance(value, str) and value, "not an error code"),
    "message": (lambda value: isinstance(value, str), "not a string"),
    "status": (lambda value: type(value) is int and 400 <= value <= 599, "not a status from 400 to 599"),
    "times": (lambda value: type(value) is int and value >= 1, "not an integer of at least 1"),
    "after": (lambda value: type(value) is int and value >= 0, "not an integer of at least 0"),
    "machines": (lambda value: type(value) is int and value >= 1, "not an integer of at least 1"),
    "match": (lambda value: isinstance(value, dict), "not a JSON object"),
    "least": (
        lambda value: isinstance(value, dict) and all(type(one) is int for one in value.values()),
        "not a JSON object of integers",
    ),
    "dies": (lambda value: isinstance(value, bool), "neither true nor false"),
    "principal": (lambda value: isinstance(value, str) and value, "not the name of a role"),
}


def check_fields(given, known):
    """Raises ValueError for the first field that is unknown or invalid."""
    if not isinstance(given, dict):
        raise ValueError("The body is not a JSON object.")
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"{name}: unknown here; known are {', '.join(known)}.")
        holds, otherwise = known[name]
        if not holds(value):
            raise ValueError(f"{name}: {otherwise}.")


class Faults:
    def __init__(self):
        self._faults = []

    def add(self, fault):
        """`{operation, code, message?, status?, times?, after?, machines?, match?, least?, principal?, dies?}`

        match compares a request's top-level members, least those that are numbers, principal the role that calls;
        `after` calls pass first. With `machines` a RunInstances is answered all the same, with so many at most. With
        `dies` the call is made, and the functions of the role that called die before they hear of it.
        """
        check_fields(fault, _FIELDS)
        if not fault.get("operation") or not fault.get("code"):
            raise ValueError("A fault needs an operation, as in RunInstances, and an error code.")
        entry = {
            "operation": fault["operation"],
            "code": fault["code"],
            "message": fault.get("message") or f"The sandbox injected the error {fault['code']}.",
            "status": fault.get("status", 400),
            "times": fault.get("times", 1),
            "match": fault.get("match", {}),
            "least": fault.get("least", {}),
            "dies": fault.get("dies", False),
            "after": fault.get("after", 0),
            "machines": fault.get("machines"),
            "principal": fault.get("principal"),
        }
        self._faults.append(entry)
        return entry

    def pending(self):
        return self._faults

    def reset(self):
        self._faults = []
        return self._faults

    def take(self, operation, request, principal=None):
        """The fault for this call, counted, or None."""
        for fault in self._faults:
            if not _fits(fault, operation, request, principal):
                continue
            if fault["after"] > 0:
                fault["after"] -= 1
                continue
            fault["times"] -= 1
            if fault["times"] <= 0:
                self._faults.remove(fault)
            error = Ec2Error(fault["code"], fault["message"], fault["status"])
            error.machines, error.dies = fault["machines"], fault["dies"]
            return error
        return None


def _fits(fault, operation, request, principal):
    return (
        fault["operation"] == operation
        and fault["principal"] in (None, principal)
        and all(request.get(key) == value for key, value in fault["match"].items())
        and all(int(request.get(key) or 0) >= value for key, value in fault["least"].items())
    )
