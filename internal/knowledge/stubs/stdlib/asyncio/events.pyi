# Facts: Python documentation, "asyncio".
from asyncio import AbstractEventLoop as AbstractEventLoop, AbstractEventLoopPolicy as AbstractEventLoopPolicy, AbstractServer as AbstractServer, Handle as Handle, TimerHandle as TimerHandle
from asyncio import get_event_loop as get_event_loop, get_running_loop as get_running_loop, new_event_loop as new_event_loop, set_event_loop as set_event_loop
from asyncio import get_event_loop_policy as get_event_loop_policy, set_event_loop_policy as set_event_loop_policy
