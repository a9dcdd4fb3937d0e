#!/usr/bin/env python3
"""A calculator that compiles what you type to WebAssembly: a REPL for a small language.

    > area(r) = 3.14159 * r**2
    > area(2) + sqrt(2)
    > factorial(n) = 1 if n < 2 else n * factorial(n - 1)

Each line becomes a module. It imports the functions of the lines before it and those of the C
library, which run without Python. Ctrl-C, and a time limit, end what takes too long.
"""
import ast
import ctypes
import re
import sys
from typing import Dict, List, Optional

import pulley

C_FUNCTIONS = {1: "sqrt cbrt sin cos tan atan exp log floor ceil fabs", 2: "pow fmod atan2 hypot"}

OPERATORS = {
    ast.Add: "f64.add", ast.Sub: "f64.sub", ast.Mult: "f64.mul", ast.Div: "f64.div",
    ast.Pow: "call $pow", ast.Mod: "call $fmod", ast.USub: "f64.neg",
    ast.Lt: "f64.lt", ast.LtE: "f64.le", ast.Gt: "f64.gt", ast.GtE: "f64.ge",
    ast.Eq: "f64.eq", ast.NotEq: "f64.ne",
}


class Compiler:
    """Compiles an expression of Python to the text of WebAssembly. All values are f64."""

    def __init__(self, parameters: List[str]) -> None:
        self.parameters = parameters
        self.called: Dict[str, int] = {}

    def expression(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return f"(f64.const {float(node.value)})"
        if isinstance(node, ast.Name) and node.id in self.parameters:
            return f"(local.get ${node.id})"
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return self.operation(node.op, node.left, node.right)
        if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
            return self.operation(node.op, node.operand)
        if isinstance(node, ast.IfExp):
            return (f"(if (result f64) {self.condition(node.test)}"
                    f" (then {self.expression(node.body)}) (else {self.expression(node.orelse)}))")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            self.called[node.func.id] = len(node.args)
            arguments = " ".join(self.expression(argument) for argument in node.args)
            return f"(call ${node.func.id} {arguments})"
        raise SyntaxError(f"{ast.unparse(node)} is not part of this language")

    def condition(self, node: ast.expr) -> str:
        if isinstance(node, ast.Compare) and [type(op) in OPERATORS for op in node.ops] == [True]:
            return self.operation(node.ops[0], node.left, node.comparators[0])
        return f"(f64.ne (f64.const 0) {self.expression(node)})"

    def operation(self, operator: ast.AST, *operands: ast.expr) -> str:
        word = OPERATORS[type(operator)]
        if word.startswith("call"):
            self.called[word[len("call $"):]] = len(operands)
        return f"({word} {' '.join(self.expression(operand) for operand in operands)})"


def compiled(name: str, parameters: List[str], text: str) -> pulley.Module:
    """The module of a function, which it exports by its name."""
    compiler = Compiler(parameters)
    body = compiler.expression(ast.parse(text.strip(), mode="eval").body)
    compiler.called.pop(name, None)
    imports = "".join(
        f'(import "functions" "{called}" (func ${called} {"(param f64)" * count} (result f64)))'
        for called, count in compiler.called.items())
    locals = "".join(f"(param ${parameter} f64)" for parameter in parameters)
    return pulley.load(
        f'(module {imports} (func ${name} (export "{name}") {locals} (result f64) {body}))')


def make_linker() -> pulley.Linker:
    linker = pulley.Linker()
    library = ctypes.CDLL("libm.so.6")
    for count, names in C_FUNCTIONS.items():
        for name in names.split():
            function = getattr(library, name)
            function.argtypes, function.restype = [ctypes.c_double] * count, ctypes.c_double
            linker["functions"][name] = function
    return linker


def evaluate(linker: pulley.Linker, line: str) -> Optional[float]:
    """The value of a line; None if it defines a function."""
    definition = re.fullmatch(r"\s*([a-z]\w*)\(([\w\s,]*)\)\s*=([^=].*)", line)
    if definition:
        name, names, text = definition.groups()
        parameters = [parameter.strip() for parameter in names.split(",")]
        linker["functions"] = linker.instantiate(compiled(name, parameters, text))
        return None
    with linker.instantiate(compiled("result", [], line)) as instance:
        return float(instance.result(timeout=1))


def main() -> None:
    linker = make_linker()
    prompt = "> " if sys.stdin.isatty() else ""
    while True:
        try:
            line = input(prompt)
            if line.strip():
                value = evaluate(linker, line)
                if value is not None:
                    print(f"{value:g}")
        except EOFError:
            return
        except KeyboardInterrupt:
            print("interrupted")
        except pulley.LinkError as error:
            for missing in error.missing:
                print(f"{missing.name}: {missing.reason}")
        except SyntaxError as error:
            print(f"SyntaxError: {error.msg}")
        except pulley.Error as error:
            print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
