"""Prints the price list as CSV, for whoever asks: price_list.py products.json > prices.csv"""

import csv
import json
import sys


def rows(products):
    for product in sorted(products, key=lambda p: p["sku"]):
        yield [product["sku"], product["title"], f"{product['price_cents'] / 100:.2f}"]


def main(path):
    with open(path, encoding="utf-8") as file:
        products = json.load(file)
    writer = csv.writer(sys.stdout)
    writer.writerow(["sku", "title", "price"])
    writer.writerows(rows(products))


if __name__ == "__main__":
    main(sys.argv[1])
