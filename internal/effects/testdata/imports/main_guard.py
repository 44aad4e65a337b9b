# want-import:
import argparse
import logging

import requests

log = logging.getLogger(__name__)


def download(url, path):  # want: net! fs.write!
    with open(path, "wb") as f:
        f.write(requests.get(url).content)


def main(argv=None):  # want: net! fs.write! log
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    args = parser.parse_args(argv)
    download(args.url, "out.bin")
    log.info("done")


if __name__ == "__main__":
    main()
