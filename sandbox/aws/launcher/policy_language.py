"""The parts of IAM's policy language that the emulator's evaluator leaves out: policy variables and literal wildcards.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
# A substituted value is literal text: a tag value "*" must not become a wildcard. These stand for literal * and ?
# inside a pattern until it is compiled.
_LITERAL = {"*": "\ue000", "?": "\ue001"}
_UNLITERAL = {mark: char for char, mark in _LITERAL.items()}
_PATTERN_OPERATORS = ("like", "arnequals", "arnnotequals")


class Unresolved(Exception):
    """A variable with no value in the request and no default: its statement matches nothing."""


def substitute(text, lookup):
    """`text` with its variables replaced. Inserted wildcards are marked as literal."""

    def value_of(match):
        name, _, fallback = match.group(1).partition(",")
        if name in ("*", "?", "$"):
            return _LITERAL.get(name, name)
        value = lookup(name.strip())
        if value is None and fallback:
            value = fallback.strip().strip("'")
        if value is None or isinstance(value, list):
            raise Unresolved(name)
        return "".join(_LITERAL.get(char, char) for char in str(value))

    return _VARIABLE.sub(value_of, text)


def plain(text):
    """The text without literal marks, for operators that know no wildcards."""
    return "".join(_UNLITERAL.get(char, char) for char in text)


def compile_pattern(pattern, ignore_case):
    regex = "".join({"*": ".*", "?": "."}.get(char) or re.escape(_UNLITERAL.get(char, char)) for char in pattern)
    return re.compile(f"(?s:{regex})\\Z", re.IGNORECASE if ignore_case else 0)


def substitute_conditions(conditions, lookup):
    """A Condition block with the variables of its values replaced."""
    return {
        operator: {key: _values(operator, expected, lookup) for key, expected in block.items()}
        if isinstance(block, dict)
        else block
        for operator, block in conditions.items()
    }


def _values(operator, expected, lookup):
    values = expected if isinstance(expected, list) else [expected]
    replaced = [substitute(value, lookup) if isinstance(value, str) else value for value in values]
    base = operator.lower().split(":")[-1].removesuffix("ifexists")
    if base.endswith(_PATTERN_OPERATORS):
        return replaced
    return [plain(value) if isinstance(value, str) else value for value in replaced]


def has_variables(statement):
    texts = [*statement.resources, *statement.not_resources]
    for block in statement.conditions.values():
        for expected in block.values() if isinstance(block, dict) else ():
            texts += expected if isinstance(expected, list) else [expected]
    return any(isinstance(text, str) and "${" in text for text in texts)
