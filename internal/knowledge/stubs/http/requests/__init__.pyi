# Facts: requests documentation, "Quickstart" (timeouts) and "Developer Interface".
from requests.api import request as request, get as get, options as options, head as head, post as post, put as put, patch as patch, delete as delete
from requests.sessions import Session as Session, session as session
from requests.models import Response as Response, Request as Request, PreparedRequest as PreparedRequest
