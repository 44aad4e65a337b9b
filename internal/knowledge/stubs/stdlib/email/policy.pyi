# Facts: Python documentation, "email.policy".
class Policy:
    def clone(self, **kw) -> Self: ...

class Compat32(Policy): ...
class EmailPolicy(Policy): ...
default: EmailPolicy
SMTP: EmailPolicy
SMTPUTF8: EmailPolicy
HTTP: EmailPolicy
strict: EmailPolicy
compat32: Compat32
