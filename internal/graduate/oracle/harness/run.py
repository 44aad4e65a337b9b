"""Entry: `python run.py REQUEST.json` runs once, `python run.py --serve LIST.json` loads modules and then runs what it is told to.

Everything a run says goes to the files that its request names.
"""

import sys

sys.path.pop(0)  # this folder; the user's modules come first, under their own names


def main():
    import importlib.util
    import os

    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "roadworthy_oracle")
    spec = importlib.util.spec_from_file_location("roadworthy_oracle", os.path.join(here, "__init__.py"), submodule_search_locations=[here])
    package = importlib.util.module_from_spec(spec)
    sys.modules["roadworthy_oracle"] = package
    spec.loader.exec_module(package)
    from roadworthy_oracle import start

    if sys.argv[1] == "--serve":
        start.serve(sys.argv[2])
    else:
        start.main(sys.argv[1])


if __name__ == "__main__":
    main()
