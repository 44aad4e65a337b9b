import datetime
import pathlib

from weekly_numbers import write

write(pathlib.Path("data/orders.csv"), pathlib.Path("out/weekly.json"), datetime.date.today())
