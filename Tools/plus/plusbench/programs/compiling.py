# Copyright PythonPlus contributors.
"""Python source parsed, walked and compiled"""
import ast

SOURCE = "\n".join('''
class Account%d:
    limit = %d
    def move(self, amount, *others, note=""):
        """Moves an amount."""
        if amount > self.limit or not others:
            raise ValueError(f"{amount} is too much for {self!r}")
        for number, other in enumerate(others):
            self.balance -= amount / len(others)
            other.balance += [amount for _ in range(number + 1)][-1] %% 7
        return {"note": note, **{str(o): o.balance for o in others}}
''' % (number, number * 100) for number in range(12))


def run():
    tree = ast.parse(SOURCE)
    kinds = {}
    for node in ast.walk(tree):
        kinds[type(node)] = kinds.get(type(node), 0) + 1
    space = {}
    exec(compile(tree, "<accounts>", "exec"), space)
    return kinds[ast.Name], kinds[ast.FunctionDef], space["Account7"].limit


EXPECTED = (312, 12, 700)
