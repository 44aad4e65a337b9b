# Facts: Square Python SDK documentation (60 seconds unless set).
from square.client import Square as Square, AsyncSquare as AsyncSquare
