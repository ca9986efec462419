"""The part of CloudWatch's metric maths that alarms of apps use: numbers, names, + - * /, comparisons and IF.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
A point that lacks a value it needs is none at all, and so is a division by zero.
"""

import ast
import operator

_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_COMPARISONS = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def evaluate(expression, values):
    """The value of one period, by the values of the names in it (None is missing); ValueError for what is not known."""
    return _value(ast.parse(expression, mode="eval").body, values)


def _value(node, values):
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value)
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _computed(_OPERATORS[type(node.op)], _value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        found = _COMPARISONS[type(node.ops[0])]
        return _computed(found, _value(node.left, values), _value(node.comparators[0], values))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "IF" and len(node.args) == 3:
        condition, then, otherwise = node.args
        holds = _value(condition, values)
        return None if holds is None else _value(then if holds else otherwise, values)
    raise ValueError(f"The sandbox does not know {ast.unparse(node)} in an expression of metrics.")


def _computed(found, left, right):
    if left is None or right is None or (found is operator.truediv and right == 0):
        return None
    return float(found(left, right))
