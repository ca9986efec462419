"""A log of AWS API calls, so that the bench and the tests can count them by principal and operation."""

import re
import time
from collections import deque

_XML_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_JSON_CODE = re.compile(rb'"(?:__type|code|Code)"\s*:\s*"([^"]+)"')
# A sandbox that runs for hours must not grow without bound.
_KEPT = 200_000


class CallLog:
    def __init__(self, now=time.time):
        self._now = now
        self._calls = deque(maxlen=_KEPT)

    def record(self, principal, service, operation, error=None):
        call = {"at": self._now(), "principal": principal, "service": service, "operation": operation}
        if error:
            call["error"] = error
        self._calls.append(call)

    def since(self, moment):
        return [call for call in self._calls if call["at"] >= moment]

    def reset(self):
        self._calls.clear()


def error_code(status, body):
    """The AWS error code in a response, whatever the service's protocol, or None for a success."""
    if status < 400:
        return None
    data = body if isinstance(body, (bytes, bytearray)) else b""
    found = _XML_CODE.search(data) or _JSON_CODE.search(data)
    return found.group(1).decode().rsplit("#", 1)[-1] if found else str(status)
