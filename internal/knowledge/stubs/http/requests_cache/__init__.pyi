# Facts: requests-cache documentation; a session is one of requests, with a cache behind it.
from requests_cache.session import CachedSession as CachedSession
from requests_cache.patcher import install_cache as install_cache, uninstall_cache as uninstall_cache, enabled as enabled, disabled as disabled, clear as clear, delete as delete, is_installed as is_installed
