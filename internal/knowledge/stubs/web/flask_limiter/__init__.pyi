# Facts: Flask-Limiter documentation, "API"; where counts are kept is a matter of configuration.
from flask_limiter._extension import Limiter as Limiter
