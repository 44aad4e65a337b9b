x = 1
if x:
    y = """a
b"""
    z = f"""{x}
{y=}"""
    w = "a\
b"
# comment

