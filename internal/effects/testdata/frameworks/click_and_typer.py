import click
import requests
import typer

app = typer.Typer()


@click.group()
def cli():  # want:
    pass


@cli.command()
@click.argument("url")
def fetch(url):  # want: net! stdout
    click.echo(requests.get(url).text)


@app.command()
def remove(path: str):  # want: fs.write!
    import os

    os.remove(path)


def helper(path):  # want: fs.write!
    remove(path)
