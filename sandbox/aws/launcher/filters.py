"""Filters of Describe calls. An unknown filter is an error, as on EC2: ignoring it would widen the answer silently."""

import fnmatch
import re

from .query import Ec2Error, records, strings


def read(request):
    """[(name, values)] of a request."""
    return [(entry.get("Name", ""), strings(entry.get("Value"))) for entry in records(request.get("Filter"))]


def matches(filters, attributes, tags):
    """Whether a resource passes. `attributes` maps a filter's name to a function that gives its values."""
    for name, wanted in filters:
        actual = _actual(name, attributes, tags)
        if not any(_like(value, pattern) for value in actual for pattern in wanted):
            return False
    return True


def check_known(filters, attributes):
    for name, _ in filters:
        if name not in attributes and not name.startswith("tag:") and name not in ("tag-key", "tag-value"):
            raise Ec2Error("InvalidParameterValue", f"The filter '{name}' is invalid")


def _actual(name, attributes, tags):
    if name.startswith("tag:"):
        return [tags[name[4:]]] if name[4:] in tags else []
    if name == "tag-key":
        return list(tags)
    if name == "tag-value":
        return list(tags.values())
    value = attributes[name]()
    return [str(one) for one in (value if isinstance(value, list) else [value]) if one is not None]


def _like(value, pattern):
    """EC2's only wildcards are * and ?; a bracket is literal."""
    return re.match(fnmatch.translate(pattern.replace("[", "[[]")), value) is not None
