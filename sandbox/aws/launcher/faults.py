"""AWS errors on demand: EC2 capacity and throttling, or any other call refused a given number of times."""

from .query import Ec2Error


class Faults:
    def __init__(self):
        self._faults = []

    def add(self, fault):
        """`{operation, code, message?, status?, times?, after?, match?, principal?}`

        match compares a request's top-level members, principal the role that calls; `after` calls pass first.
        """
        if not fault.get("operation") or not fault.get("code"):
            raise ValueError("A fault needs an operation, as in RunInstances, and an error code.")
        entry = {"operation": fault["operation"], "code": fault["code"],
                 "message": fault.get("message") or f"The sandbox was told to answer {fault['code']}.",
                 "status": int(fault.get("status") or 400), "times": int(fault.get("times") or 1),
                 "match": dict(fault.get("match") or {}), "after": int(fault.get("after") or 0),
                 "principal": fault.get("principal")}
        self._faults.append(entry)
        return entry

    def pending(self):
        return self._faults

    def reset(self):
        self._faults = []
        return self._faults

    def take(self, operation, request, principal=None):
        """The fault for this call, spent once more, or None."""
        for fault in self._faults:
            if not _fits(fault, operation, request, principal):
                continue
            if fault["after"] > 0:
                fault["after"] -= 1
                continue
            fault["times"] -= 1
            if fault["times"] <= 0:
                self._faults.remove(fault)
            return Ec2Error(fault["code"], fault["message"], fault["status"])
        return None


def _fits(fault, operation, request, principal):
    return (fault["operation"] == operation and fault["principal"] in (None, principal)
            and all(request.get(key) == value for key, value in fault["match"].items()))
