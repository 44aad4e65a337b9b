# Facts: FastAPI documentation, "Reference".
from fastapi.applications import FastAPI as FastAPI
from fastapi.routing import APIRouter as APIRouter
from fastapi.background import BackgroundTasks as BackgroundTasks
from fastapi.datastructures import UploadFile as UploadFile
from fastapi.param_functions import Depends as Depends, Security as Security, Body as Body, Query as Query, Path as Path, Header as Header, Cookie as Cookie, Form as Form, File as File
from starlette.requests import Request as Request
from starlette.responses import Response as Response
from starlette.websockets import WebSocket as WebSocket
from fastapi.exceptions import HTTPException as HTTPException
