"""Runs notebooks and packages under control and writes down what they did. See each module; `run.py` beside this folder starts it."""
