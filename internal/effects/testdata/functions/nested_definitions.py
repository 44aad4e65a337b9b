import json
import os


def export(rows, path):  # want: fs.write! env
    def encode(row):  # want:
        return json.dumps(row)

    def target():  # want: env
        return os.path.join(os.environ["OUT"], path)

    def unused():  # want: net!
        import requests

        requests.get("https://example.com")

    with open(target(), "w") as f:
        for row in rows:
            f.write(encode(row))


class Outer:
    class Inner:
        def touch(self, path):  # want: fs.write!
            open(path, "a").close()

    def use(self):  # want: fs.write!
        self.Inner().touch("x")
