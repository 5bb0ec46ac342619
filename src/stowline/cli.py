"""The command line. Each command is a thin door to a verb; `--json` prints for machines."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from stowline import __version__
from stowline.core.errors import Refused


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stowline")
def cli() -> None:
    """Stowline: fulfilment and warehouse software. The scan is the truth."""
    from stowline import wiring  # noqa: PLC0415  (so that --help is quick)
    from stowline.server import set_up_logs  # noqa: PLC0415

    set_up_logs()
    wiring.connect()


def main() -> None:
    """The entrance: refusals and setting errors are sentences, not tracebacks."""
    try:
        cli(prog_name="stowline")
    except Refused as why:
        click.echo(why.say, err=True)
        sys.exit(2)


_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
_port = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@cli.command()
@_host
@_port
def up(host: str, port: int) -> None:
    """Everything in one process: migrations, web, relay, workers."""
    from stowline import server  # noqa: PLC0415

    click.echo(f"Stowline answers at http://{host}:{port}")
    server.up(host, port)


@cli.command()
@_host
@_port
def web(host: str, port: int) -> None:
    """The web side alone."""
    from stowline import server  # noqa: PLC0415
    from stowline.core import db  # noqa: PLC0415

    server.serve(host, port)
    db.database().close()


@cli.command()
def relay() -> None:
    """The relay alone: rings what is due."""
    from stowline import server, worker  # noqa: PLC0415
    from stowline.core.relay import Relay  # noqa: PLC0415

    def begin() -> Any:  # noqa: ANN401
        ringing = Relay(worker.connected_broker())
        ringing.start()
        return ringing.stop

    _needs_broker()
    server.alone(begin)


@cli.command()
def worker() -> None:
    """Workers alone: carry out reactions, send messages."""
    from stowline import server  # noqa: PLC0415
    from stowline import worker as entrance  # noqa: PLC0415

    def begin() -> Any:  # noqa: ANN401
        working = entrance.start(entrance.connected_broker())
        return lambda: working.stop(server.WORK_S)

    _needs_broker()
    server.alone(begin)


def _needs_broker() -> None:
    from stowline.core.config import settings  # noqa: PLC0415

    if not settings().broker_url:
        raise Refused("Relay and workers in processes of their own need STOWLINE_BROKER_URL. `stowline up` needs none.")


@cli.command()
def migrate() -> None:
    """Bring the schema to head, nothing else."""
    from stowline.core import db  # noqa: PLC0415
    from stowline.core.config import settings  # noqa: PLC0415

    db.upgrade(settings().database())


@cli.command()
@click.option("--store", required=True, help="Key of the store.")
def init(store: str) -> None:
    """A store and a starter site; what stands already stays."""
    from stowline import site  # noqa: PLC0415
    from stowline.core import db  # noqa: PLC0415

    with db.transaction() as session:
        site.init(session, store)


@cli.group()
def token() -> None:
    """API tokens."""


@token.command("add")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(["scan", "api", "admin"]))
def token_add(name: str, scopes: tuple[str, ...]) -> None:
    """Make a token and show it once."""
    from stowline.core import db  # noqa: PLC0415
    from stowline.people import service  # noqa: PLC0415

    with db.transaction() as session:
        secret = service.add_token(session, name, scopes)
    click.echo(f"Token {name}, shown once: {secret}")


@cli.group()
def user() -> None:
    """People who work here."""


@user.command("add")
@click.option("--name", required=True)
@click.option("--email", default=None, help="For signing in with a password.")
@click.option("--role", "roles", multiple=True, required=True,
              type=click.Choice(["picker", "packer", "receiver", "manager", "admin"]))
@click.option("--badge", default=None, help="Code on the badge.")
@click.option("--pin", default=None, help="4 to 8 digits, for signing in with the badge.")
@click.option("--password", default=None, help="Asked for if an e-mail is given without it.")
def user_add(name: str, email: str | None, roles: tuple[str, ...], badge: str | None, pin: str | None,
             password: str | None) -> None:  # fmt: skip
    """Add a person."""
    from stowline.core import db  # noqa: PLC0415
    from stowline.people import service  # noqa: PLC0415

    if email and not password:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with db.transaction() as session:
        service.add_user(session, name=name, email=email, password=password, badge=badge, pin=pin, roles=roles,
                         by="command line")
    click.echo(f"{name} can sign in.")


@cli.command("import")
@click.argument("what", type=click.Choice(["products", "orders", "stock", "purchase-orders"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", default="csv", show_default=True,
              type=click.Choice(["csv", "lines-csv", "shopify", "woocommerce"]))
@click.option("--map", "mapping", default="", help="field=Column,… for columns that have other names.")
@click.option("--refuse", multiple=True, help="Column=REGEX: refuse rows whose column matches.")
@click.option("--create-products", is_flag=True, help="Make products that orders name and nobody knows.")
@click.option("--store", default="demo", show_default=True, help="Key of the store the orders belong to.")
@click.option("--notify", is_flag=True, help="Tell the shoppers of these orders. Without it they hear nothing.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, change nothing.")
@_json
def import_(what: str, file: Path, form: str, mapping: str, refuse: tuple[str, ...], create_products: bool, store: str,
            notify: bool, dry_run: bool, as_json: bool) -> None:  # fmt: skip
    """Import a file."""
    from dataclasses import asdict  # noqa: PLC0415

    from stowline import imports  # noqa: PLC0415
    from stowline.core import csvfile  # noqa: PLC0415

    platform = form in ("shopify", "woocommerce")
    if platform and what != "orders":
        raise Refused(f"A file of format {form} holds orders, not {what}.")
    fields = imports.fields_of(what)
    job = imports.Job(store, {} if platform else csvfile.parse_mapping(mapping, fields), csvfile.parse_refuse(refuse),
                      create_products, notify, dry_run)
    tally = imports.platform_orders(file, job, form) if platform else imports.READERS[what](file, job)
    if as_json:
        click.echo(json.dumps(asdict(tally)))
        return
    click.echo(imports.summary(tally, what, dry_run=dry_run))


@cli.command()
@click.option("--url", required=True)
@click.option("--token", "secret", required=True, envvar="STOWLINE_CREW_TOKEN")
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1, 64))
@click.option("--mistakes", default=0.0, show_default=True, type=click.FloatRange(0, 1))
@click.option("--orders", default=None, type=click.IntRange(1), help="Stop after so many orders.")
@click.option("--seed", default=None, type=int)
@_json
def crew(url: str, secret: str, workers: int, mistakes: float, orders: int | None, seed: int | None, as_json: bool) -> None:
    """Robots work until nothing is left to do."""
    from stowline import crew as robots  # noqa: PLC0415

    progress = None if as_json else lambda line: click.echo(line, err=True)
    try:
        report = robots.run(url, secret, workers, mistakes, orders, seed, progress)
    except robots.CrewError as error:
        raise Refused(str(error)) from error
    click.echo(json.dumps(report.as_json()))


@cli.command()
@click.option("--rebuild", is_flag=True, help="Also add balances up from the ledger and compare.")
@_json
def check(rebuild: bool, as_json: bool) -> None:
    """Prove every invariant on the database; exit 1 on a breach."""
    from stowline.core import db  # noqa: PLC0415
    from stowline.desk import checks  # noqa: PLC0415

    _ = rebuild  # the first invariant adds every balance up from zero, always
    with db.reading() as session:
        proofs = checks.prove(session)
    if as_json:
        click.echo(json.dumps({"invariants": [{k: p[k] for k in ("name", "holds", "breaches")} for p in proofs]}))
    else:
        for proof in proofs:
            click.echo(f"{'holds ' if proof['holds'] else 'BROKEN'} {proof['name']}")
            for breach in proof["breaches"]:  # type: ignore[attr-defined]
                click.echo(f"       {breach}")
    sys.exit(0 if all(p["holds"] for p in proofs) else 1)


@cli.command()
@click.option("--serve", is_flag=True, help="Then start everything in one process, as `up` does.")
@_host
@_port
@click.option("--fresh", is_flag=True, help="Throw an earlier demo away and make it anew.")
def demo(*, serve: bool, host: str, port: int, fresh: bool) -> None:
    """A small warehouse in the middle of its day, with logins, in an empty database."""
    from stowline import demo as small_house  # noqa: PLC0415
    from stowline import server  # noqa: PLC0415

    small_house.prepare(host, port, fresh=fresh, say=click.echo)
    if serve:
        server.up(host, port)
