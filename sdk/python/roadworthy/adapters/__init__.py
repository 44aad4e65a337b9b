"""Adapters that run the task functions of other queues unchanged, so that a project can move one job at a time."""
