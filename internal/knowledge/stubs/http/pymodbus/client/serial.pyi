# Facts: PyModbus documentation, "Client".
from pymodbus.client import _Modbus, _AsyncModbus

class ModbusSerialClient(_Modbus):
    def __init__(self, port, *, framer=..., baudrate=..., bytesize=..., parity=..., stopbits=..., handle_local_echo=..., name=..., reconnect_delay=..., reconnect_delay_max=..., timeout=..., retries=..., trace_packet=..., trace_pdu=..., trace_connect=...): ...

class AsyncModbusSerialClient(_AsyncModbus):
    def __init__(self, port, *, framer=..., baudrate=..., bytesize=..., parity=..., stopbits=..., handle_local_echo=..., name=..., reconnect_delay=..., reconnect_delay_max=..., timeout=..., retries=..., trace_packet=..., trace_pdu=..., trace_connect=...): ...
