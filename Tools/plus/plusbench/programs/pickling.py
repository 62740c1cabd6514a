# Copyright PythonPlus contributors.
"""objects pickled and copied: many small objects, shared references"""
import copy
import pickle


class Node:
    def __init__(self, name, parent):
        self.name = name
        self.parent = parent
        self.children = []
        self.data = {"depth": parent.data["depth"] + 1 if parent else 0, "key": (name, 1.5)}
        if parent:
            parent.children.append(self)


def tree(depth, parent=None):
    node = Node("n%d" % depth, parent)
    if depth:
        for _ in range(3):
            tree(depth - 1, node)
    return node


TREE = tree(4)


def size(node):
    return 1 + sum(size(child) for child in node.children)


def run():
    plain = [{"n": number, "text": "x" * (number % 50)} for number in range(600)]
    text = pickle.dumps((TREE, plain))
    again, rows = pickle.loads(text)
    return size(again), size(copy.deepcopy(TREE.children[0].children[0])), len(rows)


EXPECTED = (121, 13, 600)
