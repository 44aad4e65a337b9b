# Facts: FastAPI documentation, "Custom Response".
from starlette.responses import Response as Response, JSONResponse as JSONResponse, HTMLResponse as HTMLResponse, PlainTextResponse as PlainTextResponse, RedirectResponse as RedirectResponse, StreamingResponse as StreamingResponse, FileResponse as FileResponse
