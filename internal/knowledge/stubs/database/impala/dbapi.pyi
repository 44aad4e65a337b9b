# Facts: impyla documentation; `timeout` bounds connecting and reading, without it the connection waits for ever.
from impala.hiveserver2 import HiveServer2Connection
@effect("db", timeout="timeout", default_timeout=None)
def connect(host=..., port=..., database=..., timeout=..., use_ssl=..., ca_cert=..., auth_mechanism=..., user=..., password=..., kerberos_service_name=..., use_ldap=..., ldap_user=..., ldap_password=..., use_kerberos=..., protocol=..., krb_host=..., use_http_transport=..., http_path=..., auth_cookie_names=..., http_cookie_names=..., retries=..., jwt=..., user_agent=..., get_user_custom_headers_func=..., verify_cert=...) -> HiveServer2Connection: ...
