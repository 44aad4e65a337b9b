import ast
import sys

class Printer(ast.NodeVisitor):
    def visit_FunctionDef(self, node):  # want: stdout
        print(node.name)
        self.generic_visit(node)

def run(src):  # want: stdout
    Printer().visit(ast.parse(src))

class Node:
    def accept(self, v):  # want: stdout~
        return v.visit(self)

class Num(Node):
    pass

class Visitor:
    def visit(self, node):  # want: stdout
        method = "visit_" + type(node).__name__
        return getattr(self, method, self.generic)(node)
    def generic(self, node):  # want: stdout
        sys.stderr.write("generic")

class Eval(Visitor):
    def visit_Num(self, node):  # want: stdout
        print("num")

def walk():  # want: stdout~
    return Num().accept(Eval())
