# Facts: IPython documentation, "Built-in magic commands".
