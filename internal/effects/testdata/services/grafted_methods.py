"""A base class that calls hooks by a computed but constant name."""
import logging
import time


class Visitor:
    def visit(self, node):
        name = "visit_" + node
        return getattr(self, name, self.default)(node)

    def default(self, node):  # want:
        return None

    def each(self, nodes):
        for node in nodes:
            self.visit(node)


class Printer(Visitor):
    def visit_name(self, node):  # want: stdout
        print(node)

    def visit_call(self, node):  # want: log
        logging.info(node)


def names():  # want: stdout
    Printer().visit("name")


def direct():  # want: stdout
    Printer().visit_name("x")


def slow():  # want: sleep!
    time.sleep(1)
