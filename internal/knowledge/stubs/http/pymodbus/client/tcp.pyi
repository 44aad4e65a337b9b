# Facts: PyModbus documentation, "Client".
from pymodbus.client import _Modbus, _AsyncModbus

class ModbusTcpClient(_Modbus):
    def __init__(self, host, *, framer=..., port=..., name=..., source_address=..., reconnect_delay=..., reconnect_delay_max=..., timeout=..., retries=..., trace_packet=..., trace_pdu=..., trace_connect=...): ...

class AsyncModbusTcpClient(_AsyncModbus):
    def __init__(self, host, *, framer=..., port=..., name=..., source_address=..., reconnect_delay=..., reconnect_delay_max=..., timeout=..., retries=..., trace_packet=..., trace_pdu=..., trace_connect=...): ...
