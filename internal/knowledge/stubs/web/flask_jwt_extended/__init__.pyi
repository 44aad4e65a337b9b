# Facts: Flask-JWT-Extended documentation, "API Documentation".
from flask_jwt_extended.jwt_manager import JWTManager as JWTManager
from flask_jwt_extended.view_decorators import jwt_required as jwt_required, verify_jwt_in_request as verify_jwt_in_request
from flask_jwt_extended.utils import create_access_token as create_access_token, create_refresh_token as create_refresh_token, current_user as current_user, decode_token as decode_token, get_current_user as get_current_user, get_jwt as get_jwt, get_jwt_header as get_jwt_header, get_jwt_identity as get_jwt_identity, get_jti as get_jti, set_access_cookies as set_access_cookies, set_refresh_cookies as set_refresh_cookies, unset_jwt_cookies as unset_jwt_cookies
