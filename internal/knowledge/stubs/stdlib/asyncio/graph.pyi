# Facts: Python documentation, "asyncio".
from asyncio import print_call_graph as print_call_graph, format_call_graph as format_call_graph, capture_call_graph as capture_call_graph
