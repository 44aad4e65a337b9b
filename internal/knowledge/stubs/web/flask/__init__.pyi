# Facts: Flask documentation, "API".
from flask.app import Flask as Flask
from flask.blueprints import Blueprint as Blueprint
from flask.wrappers import Request as Request, Response as Response
from flask.globals import request as request, session as session, g as g, current_app as current_app
from flask.templating import render_template as render_template, render_template_string as render_template_string, stream_template as stream_template
from flask.helpers import send_file as send_file, send_from_directory as send_from_directory, stream_with_context as stream_with_context
from flask.json import jsonify as jsonify
