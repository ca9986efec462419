"""EC2's query parameters as nested data, and its XML answers."""

import uuid
from xml.sax.saxutils import escape


class Ec2Error(Exception):
    """An error response of EC2."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status
        self.machines, self.dies = None, False


def nest(params):
    """`{"Filter.1.Value.2": ["x"]}` as `{"Filter": [{"Value": [..., "x"]}]}`; numbered members become ordered lists."""
    root = {}
    for name, value in params.items():
        node = root
        *parents, leaf = name.split(".")
        for part in parents:
            child = node.get(part)
            node = node.setdefault(part, {}) if isinstance(child, (dict, type(None))) else {}
        node[leaf] = (value[0] if value else "") if isinstance(value, list) else value
    return _listed(root)


def _listed(node):
    if not isinstance(node, dict):
        return node
    if node and all(key.isdigit() for key in node):
        return [_listed(node[key]) for key in sorted(node, key=int)]
    return {key: _listed(value) for key, value in node.items()}


def strings(value):
    """A list member that holds plain strings."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def records(value):
    """A list member that holds structures."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def xml(name, value):
    """`value` as an element: structures nest, lists become <item>s, None disappears."""
    if value is None:
        return ""
    return f"<{name}>{_content(value)}</{name}>"


def _content(value):
    if isinstance(value, dict):
        return "".join(xml(key, child) for key, child in value.items())
    if isinstance(value, list):
        return "".join(xml("item", child) for child in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value))


def answer(operation, content):
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{operation}Response '
        f'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">{_content(content)}'
        f"<requestId>{uuid.uuid4()}</requestId></{operation}Response>"
    )
    return 200, {"Content-Type": "application/xml"}, body.encode()


def refusal(error):
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>{escape(error.code)}</Code>'
        f"<Message>{escape(error.message)}</Message></Error></Errors><RequestID>{uuid.uuid4()}</RequestID></Response>"
    )
    return error.status, {"Content-Type": "application/xml"}, body.encode()


def page(found, request):
    """A page and the token of the next one; the token is simply the offset."""
    size = request.get("MaxResults")
    if not size:
        return found, None
    if not str(size).isdigit() or not 5 <= int(size) <= 1000:
        raise Ec2Error(
            "InvalidParameterValue",
            f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.",
        )
    token = request.get("NextToken") or "0"
    if not token.isdigit():
        raise Ec2Error("InvalidNextToken", "The token is not valid")
    start, end = int(token), int(token) + int(size)
    return found[start:end], str(end) if end < len(found) else None


def install(ec2, handlers):
    """Puts handlers `(request, params, original) -> response` into the emulator's table of actions."""
    for operation, ours in handlers.items():
        ec2._ACTION_MAP[operation] = _handler(ours, ec2._ACTION_MAP.get(operation))


def _handler(ours, original):
    def handle(params):
        try:
            return ours(nest(params), params, lambda: original(params))
        except Ec2Error as error:
            return refusal(error)

    return handle
