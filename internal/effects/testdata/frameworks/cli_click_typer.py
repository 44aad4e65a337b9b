import click
import typer
import logging

app = typer.Typer()
log = logging.getLogger(__name__)

@click.group()
@click.option("--verbose", is_flag=True)
def main(verbose):  # want: state
    logging.basicConfig(level=10 if verbose else 20)

@main.command()
@click.argument("path")
def show(path):  # want: fs.read! stdout
    with open(path) as f:
        click.echo(f.read())

@app.command()
def hello(name: str):  # want: log stdout
    log.info(name)
    typer.echo(name)
    raise typer.Exit(1)

@app.callback()
def cb():  # want:
    pass

def caller():  # want: # miss: fs.read! stdout
    show.callback("x")

if __name__ == "__main__":
    main()
