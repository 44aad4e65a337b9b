import argparse
import datetime as dt
import logging

from sqlalchemy import create_engine

from pipelines.warehouse import extract, load, settings, transform

log = logging.getLogger("warehouse")


def run(day: dt.date) -> int:
    config = settings.load()
    chunks = [
        transform.check(transform.line_facts(lines))
        for lines in extract.orders(config.shop_url, day, config.chunk_rows)
    ]
    return load.replace_day(create_engine(config.warehouse_url), day, chunks)


def main() -> None:
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--day", type=dt.date.fromisoformat)
    options = parser.parse_args()
    day = options.day or dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    log.info("%s: %d lines", day, run(day))


if __name__ == "__main__":
    main()
