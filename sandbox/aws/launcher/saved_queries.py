"""Saved queries of Logs Insights, which the emulator lacks: kept and answered, never run.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""

import json
import uuid

_PAGE = 1000


class SavedQueries:
    def __init__(self, logs, scope):
        self._answer, self._refuse = logs.json_response, logs.error_response_json
        # By account and Region, as all the emulator keeps.
        self._kept = scope()

    def handlers(self):
        return {
            "PutQueryDefinition": self._put,
            "DescribeQueryDefinitions": self._describe,
            "DeleteQueryDefinition": self._delete,
        }

    def _put(self, request):
        if not request.get("name") or not request.get("queryString"):
            return self._refuse("InvalidParameterException", "A query definition needs a name and a query string.", 400)
        key = request.get("queryDefinitionId") or str(uuid.uuid4())
        if request.get("queryDefinitionId") and key not in self._kept:
            return self._missing(key)
        self._kept[key] = {
            "queryDefinitionId": key,
            "name": request["name"],
            "queryString": request["queryString"],
            "logGroupNames": request.get("logGroupNames") or [],
        }
        return self._answer({"queryDefinitionId": key})

    def _describe(self, request):
        prefix = request.get("queryDefinitionNamePrefix") or ""
        found = sorted(
            (one for one in self._kept.values() if one["name"].startswith(prefix)), key=lambda one: one["name"]
        )
        return self._answer({"queryDefinitions": found[:_PAGE]})

    def _delete(self, request):
        if self._kept.pop(request.get("queryDefinitionId"), None) is None:
            return self._missing(request.get("queryDefinitionId"))
        return self._answer({"success": True})

    def _missing(self, key):
        return self._refuse("ResourceNotFoundException", f"There is no query definition {key}.", 400)


def install(logs, queries):
    original, handlers = logs.handle_request, queries.handlers()

    async def handle_request(method, path, headers, body, query_params):
        handler = handlers.get(headers.get("x-amz-target", "").rpartition(".")[2])
        if handler is None:
            return await original(method, path, headers, body, query_params)
        return handler(json.loads(body or b"{}"))

    logs.handle_request = handle_request
