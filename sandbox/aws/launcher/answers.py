"""Answers that were given, for a client whose answer got lost on the way and who asks again.

Terraform makes hundreds of calls in seconds, and now and then, on a busy machine, a connection breaks after the call
was carried out. The SDK asks again under the same invocation id, and a call that creates something would then be told
that it exists. Only the administrator's calls are kept: what happens to a Lambda's call that is tried twice is for the
product to bear.
"""

import re
from collections import OrderedDict

_ATTEMPT = re.compile(r"attempt=(\d+)")
_KEPT = 2000


class Answers:
    def __init__(self):
        self._answers = OrderedDict()

    def recall(self, headers):
        """The answer that an earlier attempt of this call was given, or None."""
        attempt = _ATTEMPT.search(headers.get("amz-sdk-request", ""))
        if attempt is None or int(attempt.group(1)) < 2:
            return None
        found = self._answers.get(headers.get("amz-sdk-invocation-id"))
        return (found[0], dict(found[1]), found[2]) if found else None

    def remember(self, headers, response):
        status, response_headers, body = response
        invocation = headers.get("amz-sdk-invocation-id")
        # A refusal is worth asking again, and only a whole body can be given twice.
        if not invocation or status >= 400 or not isinstance(body, (bytes, str)):
            return
        self._answers[invocation] = (status, dict(response_headers), body)
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
