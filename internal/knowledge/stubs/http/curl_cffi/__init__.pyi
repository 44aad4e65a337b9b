# Facts: curl_cffi documentation.
from curl_cffi.requests import request as request, get as get, post as post, put as put, patch as patch, delete as delete, head as head, options as options, Session as Session, AsyncSession as AsyncSession, Response as Response
