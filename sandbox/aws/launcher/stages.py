"""Settings of a stage's routes, which the emulator does not remove: it takes the call for one that deletes the stage.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename-routesettings-routekey.html
"""

import re
from urllib.parse import unquote

_ROUTE_SETTINGS = re.compile(r"/v2/apis/([^/]+)/stages/([^/]+)/routesettings/(.+)\Z")


def install(apigateway):
    original = apigateway.handle_request

    async def handle_request(method, path, headers, body, query_params):
        found = _ROUTE_SETTINGS.match(path) if method == "DELETE" else None
        if found is None:
            return await original(method, path, headers, body, query_params)
        api_id, stage_name, route_key = (unquote(part) for part in found.groups())
        stage = apigateway._stages.get(api_id, {}).get(stage_name)
        if stage is None:
            return apigateway._apigw_error("NotFoundException", f"Stage '{stage_name}' not found", 404)
        settings = stage.get("routeSettings") or {}
        stage["routeSettings"] = {key: value for key, value in settings.items() if key != route_key}
        return 204, {}, b""

    apigateway.handle_request = handle_request
