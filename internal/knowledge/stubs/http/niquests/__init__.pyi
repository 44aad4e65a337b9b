# Facts: Niquests documentation; without a timeout a request waits 30 seconds for reading and 120 for writing.
from niquests.api import request as request, get as get, options as options, head as head, post as post, put as put, patch as patch, delete as delete
from niquests.async_api import request as arequest, get as aget, options as aoptions, head as ahead, post as apost, put as aput, patch as apatch, delete as adelete
from niquests.sessions import Session as Session
from niquests.async_session import AsyncSession as AsyncSession
from niquests.models import Response as Response
