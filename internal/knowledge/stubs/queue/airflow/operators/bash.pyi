# Facts: Apache Airflow documentation, "BashOperator".

class BashOperator:
    def __init__(self, *, bash_command, env=..., append_env=..., cwd=..., **kwargs): ...
