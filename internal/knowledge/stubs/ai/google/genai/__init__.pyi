# Facts: Google Gen AI SDK documentation (no timeout unless http_options sets one).
from google.genai.client import Client as Client
