"""Stages of HTTP APIs by the name that a request means: a client writes `$default` as `%24default` in a path."""

from urllib.parse import unquote


def install(apigateway):
    get, update, delete = apigateway._get_stage, apigateway._update_stage, apigateway._delete_stage
    apigateway._get_stage = lambda api_id, name: get(api_id, unquote(name))
    apigateway._update_stage = lambda api_id, name, data: update(api_id, unquote(name), data)
    apigateway._delete_stage = lambda api_id, name: delete(api_id, unquote(name))
