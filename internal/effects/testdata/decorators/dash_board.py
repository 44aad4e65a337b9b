import datetime as dt
import pandas as pd
import plotly.express as px
from dash import Dash, Input, Output, dcc, html
from sqlalchemy import create_engine

engine = create_engine("sqlite:///x.db")
app = Dash(__name__)

def load(day: dt.date) -> pd.DataFrame:  # want: db!
    return pd.read_sql("SELECT * FROM sales", engine)

def today():  # want: db! clock
    return load(dt.date.today()).groupby("shop").sum()

app.layout = html.Div([dcc.Graph(id="g"), dcc.Interval(id="i")])

@app.callback(Output("g", "figure"), Input("i", "n"))
def update(n):  # want: db! clock
    return px.bar(today())

def export(path):  # want: db! fs.write! clock
    with pd.ExcelWriter(path) as w:
        today().to_excel(w)

def cleaned(df: pd.DataFrame):  # want:
    return df.dropna().assign(x=lambda d: d["a"] * 2)

if __name__ == "__main__":
    app.run(debug=True)
