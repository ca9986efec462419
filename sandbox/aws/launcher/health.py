"""Whether a target is well, by the path and the statuses of its group's health check.

Asked when traffic comes and remembered for a second, not by the interval and the counts of the group.
"""

import http.client
import time

_REMEMBERED_SECONDS = 1.0


def fits(matcher, status):
    """`matcher` as a target group has it: 200, 200-399 or 200,302."""
    for part in matcher.split(","):
        first, _, last = part.partition("-")
        if int(first) <= status <= int(last or first):
            return True
    return False


class Health:
    def __init__(self, ask, clock=time.monotonic):
        # `ask(port, path, seconds)` answers a status, or None for no answer.
        self._ask, self._clock, self._known = ask, clock, {}

    def is_well(self, port, group):
        key = (port, group["HealthCheckPath"], group["Matcher"]["HttpCode"])
        asked, well = self._known.get(key, (None, False))
        now = self._clock()
        if asked is None or now - asked >= _REMEMBERED_SECONDS:
            status = self._ask(port, key[1], group["HealthCheckTimeoutSeconds"])
            well = status is not None and fits(key[2], status)
            self._known[key] = (now, well)
        return well


def ask(port, path, seconds):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", path, headers={"user-agent": "ELB-HealthChecker/2.0"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
