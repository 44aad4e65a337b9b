# Facts: Plotly documentation.
from plotly.graph_objs import Figure as Figure
