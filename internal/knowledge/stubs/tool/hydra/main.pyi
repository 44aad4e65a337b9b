# Facts: Hydra documentation: reads the configuration and starts the function as a command.

@framework("cli")
@effect("fs.read")
@registers_decorated(phase="job")
def main(config_path=..., config_name=..., version_base=...): ...
