"""A log of AWS API calls, so that the bench and the tests can count them by principal and operation, and of what IAM
judged for them.
"""

import re
import time
from collections import Counter, deque

_XML_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_JSON_CODE = re.compile(rb'"(?:__type|code|Code)"\s*:\s*"([^"]+)"')
# A sandbox that runs for hours must not grow without bound.
_KEPT = 200_000


class CallLog:
    def __init__(self, now=time.time):
        self._now = now
        self._calls = deque(maxlen=_KEPT)
        self._uses = Counter()

    def record(self, principal, service, operation, error=None):
        call = {"at": self._now(), "principal": principal, "service": service, "operation": operation}
        if error:
            call["error"] = error
        self._calls.append(call)

    def use(self, principal, action, resource, allowed):
        """One judgement of IAM: a call may need several, and a service may judge a role without any call of its own."""
        self._uses[(principal, action, resource, allowed)] += 1

    def uses(self):
        return [
            {"principal": principal, "action": action, "resource": resource, "allowed": allowed, "count": count}
            for (principal, action, resource, allowed), count in self._uses.items()
        ]

    def since(self, moment):
        return [call for call in self._calls if call["at"] >= moment]

    def reset(self):
        self._calls.clear()
        self._uses.clear()


def error_code(status, body):
    """The AWS error code in a response, whatever the service's protocol, or None for a success."""
    if status < 400:
        return None
    data = body if isinstance(body, (bytes, bytearray)) else b""
    found = _XML_CODE.search(data) or _JSON_CODE.search(data)
    return found.group(1).decode().rsplit("#", 1)[-1] if found else str(status)
