# Facts: Python documentation, "asyncio".
from asyncio import CancelledError as CancelledError, TimeoutError as TimeoutError, InvalidStateError as InvalidStateError, IncompleteReadError as IncompleteReadError
from asyncio import LimitOverrunError as LimitOverrunError, BrokenBarrierError as BrokenBarrierError, SendfileNotAvailableError as SendfileNotAvailableError
