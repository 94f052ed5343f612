"""Formulas over printed numbers: ``100 * P046 / P044``, ``sum(table_d_1.alliances)``.

A formula may hold numbers, identifiers of claims, cells (``table.row.column``), ``+ - * /``, brackets and

- ``sum(table.column)``: the lines of a column, without totals;
- ``dot(table.a, table.b)``: the sum over lines of the products of two columns;
- ``attainable(percent, n)``: the percent nearest to one in print that a whole number of `n` gives;
- ``annuity_rate(rate, years, change)``: the rate of return of level benefits over so many years that
  returned `rate` percent, after the benefits changed by the fraction `change`.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping

from rural_alliances.claims.records import Published
from ruralimpact.errors import DataError

_OPERATORS: dict[type[ast.operator], tuple[str, Callable[[float, float], float]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("\N{MINUS SIGN}", operator.sub),
    ast.Mult: ("\N{MULTIPLICATION SIGN}", operator.mul),
    ast.Div: ("/", operator.truediv),
}
_SHOWN = 6  # terms of a sum written out
_LOWEST_RATE, _HIGHEST_RATE, _HALVINGS = -0.9, 10.0, 80


def evaluate(text: str, published: Published) -> float:
    """Return the value of a formula.

    Raises
    ------
    DataError
        The formula names a claim, table, row or column that does not exist or is empty, or holds anything
        else than is described above.
    """
    return _value(_parsed(text), published, text)


def worked(text: str, published: Published) -> str:
    """Return a formula with the printed numbers in place of their names, for a reader to follow."""
    return _words(_parsed(text), published, text)


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        raise _fault(text, "not a formula") from None


def _value(node: ast.expr, published: Published, text: str) -> float:
    match node:
        case ast.BinOp(left, operation, right) if type(operation) in _OPERATORS:
            function = _OPERATORS[type(operation)][1]
            return function(_value(left, published, text), _value(right, published, text))
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, published, text)
        case ast.Call(ast.Name("sum"), [column]):
            return sum(float(cell) for cell in _column(column, published, text))
        case ast.Call(ast.Name("dot"), [first, second]):
            pairs = zip(
                *(_column(factor, published, text) for factor in (first, second)), strict=True
            )
            return sum(float(left) * float(right) for left, right in pairs)
        case ast.Call(ast.Name("attainable"), [_, _]):
            return attainable(*(_value(argument, published, text) for argument in node.args))
        case ast.Call(ast.Name("annuity_rate"), [_, _, _]):
            return annuity_rate(*(_value(argument, published, text) for argument in node.args))
    return float(_printed(node, published, text))


def _words(node: ast.expr, published: Published, text: str) -> str:
    match node:
        case ast.BinOp(left, operation, right) if type(operation) in _OPERATORS:
            sign = _OPERATORS[type(operation)][0]
            sides = [_side(left, operation, published, text, right=False)]
            sides.append(_side(right, operation, published, text, right=True))
            return f" {sign} ".join(sides)
        case ast.UnaryOp(ast.USub(), operand):
            return f"\N{MINUS SIGN}{_words(operand, published, text)}"
        case ast.Call(ast.Name("sum"), [column]):
            cells = [cell for cell in _column(column, published, text) if cell]
            shown = " + ".join(cells)
            return shown if len(cells) <= _SHOWN else f"sum of {len(cells)} lines"
        case ast.Call(ast.Name("dot"), [_, _]):
            return "weighted sum of the lines"
        case ast.Call(ast.Name("attainable"), [_, _]):
            return "a whole number of them"
        case ast.Call(ast.Name("annuity_rate"), [_, _, _]):
            return "rate of return of level benefits"
    return _printed(node, published, text).replace("-", "\N{MINUS SIGN}")


def _side(
    node: ast.expr, outer: ast.operator, published: Published, text: str, *, right: bool
) -> str:
    words = _words(node, published, text)
    looser = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
    tight = isinstance(outer, ast.Mult | ast.Div) or (right and isinstance(outer, ast.Sub))
    ratio = right and isinstance(node, ast.BinOp) and isinstance(outer, ast.Div)
    long_sum = isinstance(node, ast.Call) and " + " in words
    negative = right and words.startswith("\N{MINUS SIGN}")
    bracketed = (looser and tight) or ratio or (long_sum and tight) or negative
    return f"({words})" if bracketed else words


def _printed(node: ast.expr, published: Published, text: str) -> str:
    match node:
        case ast.Constant(int() | float() as number) if not isinstance(number, bool):
            return ast.unparse(node)
        case ast.Name(name) if name in published.claims:
            cell = published.claims[name].value
        case ast.Attribute(ast.Attribute(ast.Name(table), row), column):
            cell = _cells(table, published, text).get(row, {}).get(column, "")
        case _:
            raise _fault(text, f"'{ast.unparse(node)}' is not known")
    if not cell:
        raise _fault(text, f"'{ast.unparse(node)}' is not known or empty")
    return cell


def _column(node: ast.expr, published: Published, text: str) -> list[str]:
    """Printed cells of a column's lines; what is left blank counts as nothing."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        cells = _cells(node.value.id, published, text)
        lines = published.tables[node.value.id].lines
        if all(node.attr in cells[line] for line in lines):
            return [cells[line][node.attr] or "0" for line in lines]
    raise _fault(text, f"'{ast.unparse(node)}' is no column of a table")


def _cells(table: str, published: Published, text: str) -> Mapping[str, Mapping[str, str]]:
    if table not in published.tables:
        raise _fault(text, f"table '{table}' is not known")
    return published.tables[table].cells


def _fault(text: str, problem: str) -> DataError:
    return DataError(f"formula '{text}': {problem}.")


def attainable(percent: float, n: float) -> float:
    """Return the percent nearest to a printed one that a whole number of `n` units gives."""
    return 100 * round(percent * n / 100) / n


def annuity_rate(rate: float, years: float, change: float) -> float:
    """Return the rate of return, percent, of level benefits after they changed.

    Parameters
    ----------
    rate : float
        Rate of return before, percent.
    years : float
        Years of level benefits, the first a year after the outlay.
    change : float
        Relative change of the benefits, -0.2 for a fall by a fifth.
    """
    outlay = _worth(rate / 100, years) / (1 + change)
    low, high = _LOWEST_RATE, _HIGHEST_RATE
    for _ in range(_HALVINGS):  # the worth of the benefits falls as the rate rises
        middle = (low + high) / 2
        low, high = (middle, high) if _worth(middle, years) > outlay else (low, middle)
    return 100 * low


def _worth(rate: float, years: float) -> float:
    """Present value of one unit a year."""
    return years if rate == 0 else -math.expm1(-years * math.log1p(rate)) / rate
