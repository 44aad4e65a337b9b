# Facts: Sanic documentation, "Handlers", "Listeners" and "Background tasks".
from sanic.app import Sanic as Sanic
from sanic.blueprints import Blueprint as Blueprint
from sanic.request import Request as Request
from sanic.response import json as json, text as text, html as html, file as file, HTTPResponse as HTTPResponse
