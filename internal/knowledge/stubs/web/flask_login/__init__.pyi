# Facts: Flask-Login documentation.
from flask_login.login_manager import LoginManager as LoginManager
from flask_login.mixins import UserMixin as UserMixin, AnonymousUserMixin as AnonymousUserMixin
from flask_login.utils import current_user as current_user, login_required as login_required, fresh_login_required as fresh_login_required, login_user as login_user, logout_user as logout_user, confirm_login as confirm_login, login_fresh as login_fresh, login_remembered as login_remembered, login_url as login_url, encode_cookie as encode_cookie, decode_cookie as decode_cookie, set_login_view as set_login_view
