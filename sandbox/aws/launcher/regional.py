"""What a Region offers and how an account set it, which the module looks up at plan."""

import re

from . import filters as filtering
from .query import answer, page, strings

_ARM = re.compile(r"(a1|[a-z]+[0-9]+g[a-z]*)\.")
# As an account is until somebody names a key of its own.
_OWN_KEY = "alias/aws/ebs"


class RegionalCalls:
    def __init__(self, instance_types, scoped):
        self._instance_types, self._default_keys = instance_types, scoped()

    def handlers(self):
        return {
            "DescribeInstanceTypes": self.describe_instance_types,
            "GetEbsDefaultKmsKeyId": self.get_default_key,
            "ModifyEbsDefaultKmsKeyId": self.modify_default_key,
            "ResetEbsDefaultKmsKeyId": self.reset_default_key,
        }

    def describe_instance_types(self, request, _params, original):
        """A filter names what may not exist; the parameter InstanceType only what does."""
        if strings(request.get("InstanceType")):
            return original()
        filters = filtering.read(request)
        filtering.check_known(filters, _filterable(""))
        found = [one for one in sorted(self._instance_types()) if filtering.matches(filters, _filterable(one), {})]
        shown, following = page(found, request)
        return answer(
            "DescribeInstanceTypes", {"instanceTypeSet": [_described(one) for one in shown], "nextToken": following}
        )

    def get_default_key(self, _request, _params, _original):
        return answer("GetEbsDefaultKmsKeyId", {"kmsKeyId": self._default_keys.get("key") or _OWN_KEY})

    def modify_default_key(self, request, _params, _original):
        self._default_keys["key"] = request.get("KmsKeyId")
        return answer("ModifyEbsDefaultKmsKeyId", {"kmsKeyId": self._default_keys["key"]})

    def reset_default_key(self, _request, _params, _original):
        self._default_keys.pop("key", None)
        return answer("ResetEbsDefaultKmsKeyId", {"kmsKeyId": _OWN_KEY})


def _architecture(name):
    return "arm64" if _ARM.match(name) else "x86_64"


def _filterable(name):
    return {"instance-type": lambda: name, "processor-info.supported-architecture": lambda: _architecture(name)}


def _described(name):
    return {"instanceType": name, "processorInfo": {"supportedArchitectures": [_architecture(name)]}}
