"""The command line. Each command is a thin door to a verb; `--json` prints for machines."""

import errno
import gc
import json
import socket
import sys
from pathlib import Path
from typing import Any

import click

from stowline import __version__
from stowline.core.errors import Refused

COLLECTED_AFTER = (20_000, 10, 10)
"""How many objects more before Python looks for cycles. At its 700, a tenth of each start went into it."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stowline")
def cli() -> None:
    """Stowline: fulfilment and warehouse software. The scan is the truth."""
    from stowline import wiring  # noqa: PLC0415  (so that --help is quick)
    from stowline.core import author, db  # noqa: PLC0415
    from stowline.core.config import settings  # noqa: PLC0415
    from stowline.notifications import addresses  # noqa: PLC0415
    from stowline.server import set_up_logs  # noqa: PLC0415

    set_up_logs()
    addresses.check(settings())
    wiring.connect()
    click.get_current_context().with_resource(author.acting("command line", socket.gethostname()))
    click.get_current_context().call_on_close(db.forget)


def main() -> None:
    """The entrance: what a person can put right is a sentence and exit code 2; a defect keeps its traceback."""
    gc.set_threshold(*COLLECTED_AFTER)
    try:
        cli(prog_name="stowline")
    except Exception as error:
        from stowline.core import plain  # noqa: PLC0415

        say = plain.sentence(error)
        if not say:
            raise
        click.echo(say, err=True)
        sys.exit(2)


def _claim(host: str, port: int) -> None:
    """Refuse a port that is taken before anything is touched: two programs must not work on one SQLite file."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = found[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise Refused(f"{host} is no address that this machine knows.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused(f"Port {port} is taken: another program answers there, perhaps Stowline itself. "
                          f'End that one, or take another port: --port {port % 65535 + 1} '
                          f'(`make run ARGS="--port {port % 65535 + 1}"`).') from None
        raise Refused(f"Stowline cannot listen on {host}, port {port}: {error.strerror}.") from None


_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
_port = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@cli.command()
@_host
@_port
def up(host: str, port: int) -> None:
    """Everything in one process: migrations, web, relay, workers."""
    from stowline import server  # noqa: PLC0415

    _claim(host, port)
    click.echo(f"Stowline answers at http://{host}:{port}")
    server.up(host, port)


@cli.command()
@_host
@_port
def web(host: str, port: int) -> None:
    """The web side alone."""
    from stowline import server  # noqa: PLC0415
    from stowline.core import db  # noqa: PLC0415

    _claim(host, port)
    click.echo(f"Stowline answers at http://{host}:{port}")
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
@click.option("--store", required=True, help="Key of the store: letters, digits, - and _.")
def init(store: str) -> None:
    """A store and a starter site; what stands already stays."""
    from stowline import site  # noqa: PLC0415
    from stowline.core import db  # noqa: PLC0415

    with db.transaction() as session:
        site.init(session, store)


@cli.group()
def token() -> None:
    """API tokens, and the secrets that shops sign their webhooks with."""


@token.command("add")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(["scan", "api", "admin"]),
              help="What it may do; may be given several times.")
def token_add(name: str, scopes: tuple[str, ...]) -> None:
    """Make a token and show it once."""
    from stowline.core import db  # noqa: PLC0415
    from stowline.people import service  # noqa: PLC0415

    with db.transaction() as session:
        secret = service.add_token(session, name, scopes)
    click.echo(f"Token {name}, shown once: {secret}")


@token.command("webhook")
@click.option("--store", required=True, help="Key of the store.")
@click.option("--platform", required=True, type=click.Choice(["shopify", "woocommerce", "replies"]))
@click.option("--secret", default=None, help="The platform's own secret; without it one is made, to be entered there.")
def token_webhook(store: str, platform: str, secret: str | None) -> None:
    """Keep the secret that a shop signs its webhooks with. They go to /intake/STORE/PLATFORM, replies to /replies/STORE."""
    from stowline.core import db, ids, signing  # noqa: PLC0415
    from stowline.stores import service  # noqa: PLC0415

    kept = secret or (ids.new_secret("whs_") if platform != "replies" else signing.new_secret())
    where = f"/replies/{store}" if platform == "replies" else f"/intake/{store}/{platform}"
    with db.transaction() as session:
        service.set_webhook_secret(session, store, platform, kept)
    click.echo(f"Webhooks of {platform} go to {where}, signed with: {kept}")


@token.command("carrier")
@click.option("--provider", required=True, type=click.Choice(["easypost", "signed"]))
@click.option("--secret", default="", help="The secret entered at EasyPost; for the signed form one is made.")
def token_carrier(provider: str, secret: str) -> None:
    """Keep the secret that carriers sign their news with. It goes to /tracking/PROVIDER; the one before counts too."""
    from stowline.core import db  # noqa: PLC0415
    from stowline.shipping import carrier_feeds  # noqa: PLC0415
    kept = db.run(lambda session: carrier_feeds.set_secret(session, provider, secret))
    click.echo(f"News of parcels goes to /tracking/{provider}, signed with: {kept}")


@cli.group()
def user() -> None:
    """People who work here."""


@user.command("add")
@click.option("--name", required=True, help="As colleagues know them.")
@click.option("--email", default=None, help="For signing in with a password.")
@click.option("--role", "roles", multiple=True, required=True,
              type=click.Choice(["picker", "packer", "receiver", "manager", "admin"]), help="May be given several times.")
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
@click.argument("what", type=click.Choice(["products", "orders", "stock", "purchase-orders", "bins", "kits", "faces", "substitutes"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", default="csv", show_default=True,
              type=click.Choice(["csv", "lines-csv", "shopify", "woocommerce"]), help="lines-csv is another name of csv.")
@click.option("--map", "mapping", default="", help="field=Column,… for columns that have other names.")
@click.option("--refuse", multiple=True, help="Column=REGEX: refuse rows whose column matches.")
@click.option("--create-products", is_flag=True, help="Make products that orders name and nobody knows.")
@click.option("--store", default="", help="Key of the store the orders belong to. May be left out where there is only one.")
@click.option("--notify", is_flag=True, help="Tell the shoppers of these orders. Without it they hear nothing.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, change nothing.")
@_json
def import_(what: str, file: Path, *, form: str, mapping: str, refuse: tuple[str, ...], as_json: bool,
            **how: Any) -> None:  # noqa: ANN401  (the other options, as a Job names them)  # fmt: skip
    """Import a file: CSV with a header row (comma, semicolon or tab; UTF-8, else Windows-1252), or orders as a shop
    platform gives them (JSON, or one object a line).

    \b
    Columns (for others, --map field=Column):
      products         sku, barcode, name, weight_g, length_mm, width_mm, height_mm
      orders           order, sku, name, quantity, unit_price, placed_at, customer,
                       email, ship_name, line1, line2, city, region, postcode,
                       country, currency, priority, locale; one row for each line
      stock            sku, bin, quantity, lot, serial, expires_on, condition
      purchase-orders  ref, supplier, sku, quantity, expected_from, expected_to
      bins             code, kind, zone, aisle, bay, level, x_mm, y_mm, sequence,
                       max_units, max_weight_g, max_volume_cm3, mixing
      faces            sku, bin, min, max: pick faces, and how full they are kept
      substitutes      sku, substitute, from_month, to_month; the first choice first

    A row that cannot be taken is refused with its reason, the others stand. What is known already stays as it is, but
    a stock file brings its units each time, and a file of bins changes those that it describes otherwise.
    """  # noqa: D301  (click reads \\b as: keep these lines)
    from dataclasses import asdict  # noqa: PLC0415

    from stowline import imports  # noqa: PLC0415
    from stowline.core import csvfile, db  # noqa: PLC0415
    from stowline.core.config import settings  # noqa: PLC0415

    platform = form in ("shopify", "woocommerce")
    if platform and what != "orders":
        raise Refused(f"A file of format {form} holds orders, not {what}.")
    if platform and (mapping or refuse):
        raise Refused(f"--map and --refuse name columns; a file of format {form} has none.")
    job = imports.Job(mapping=csvfile.parse_mapping(mapping, imports.fields_of(what)), refuse=csvfile.parse_refuse(refuse), **how)
    if not job.dry_run and (made := db.begin(settings().database())):
        click.echo(f"There was no database yet, so it was made: {made}", err=True)
    tally = imports.platform_orders(file, job, form) if platform else imports.READERS[what](file, job)
    click.echo(json.dumps(asdict(tally)) if as_json else imports.summary(tally, what, dry_run=job.dry_run, notify=job.notify))


@cli.command()
@click.option("--url", required=True, help="Where Stowline answers.")
@click.option("--token", "secret", required=True, envvar="STOWLINE_CREW_TOKEN", help="A token with scopes scan and api.")
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1, 64), help="Robots at once.")
@click.option("--mistakes", default=0.0, show_default=True, type=click.FloatRange(0, 1), help="Share of scans that go wrong.")
@click.option("--orders", default=None, type=click.IntRange(1), help="Stop after so many orders.")
@click.option("--seed", default=None, type=int, help="The same seed makes the same mistakes.")
@_json
def crew(*, url: str, secret: str, workers: int, mistakes: float, orders: int | None, seed: int | None,
         as_json: bool) -> None:  # fmt: skip
    """Robots work until nothing is left to do."""
    from stowline import crew as robots  # noqa: PLC0415

    progress = None if as_json else lambda line: click.echo(line, err=True)
    try:
        report = robots.run(url, secret, workers, mistakes, orders, seed, progress)
    except robots.CrewError as error:
        raise Refused(str(error)) from error
    click.echo(json.dumps(report.as_json()))


@cli.group()
def plan() -> None:
    """What to expect, and whether the house can do it."""


def _on_history(command: Any) -> Any:  # noqa: ANN401  (what click decorates)
    """The history that a plan stands on: a file, how far it is known, and whose holidays count."""
    for option in (
        _json,
        click.option("--country", default="", help="Public holidays that count: DE, or DE-BY."),
        click.option("--map", "mapping", default="", help="field=Column,… for columns that have other names."),
        click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The last day that is known. Without it the file's last."),
        click.option("--daily", "file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV: date, orders."),
    ):
        command = option(command)
    return command


@plan.command("forecast")
@_on_history
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 400), help="How many days after it.")
def plan_forecast(*, days: int, as_json: bool, **history: Any) -> None:  # noqa: ANN401  (the options of _on_history)
    """Orders to expect on each of the next days, with the range that holds on 80 of 100 of them."""
    from stowline.planning import from_file, printed  # noqa: PLC0415

    found = from_file.forecast(days=days, **history)
    click.echo(json.dumps(from_file.as_json(found)) if as_json else "\n".join(printed.forecast(found)))


@plan.command("backtest")
@_on_history
@click.option("--weeks", default=8, show_default=True, type=click.IntRange(1, 104), help="How many weeks before the last known day.")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 60), help="From 1 to so many days ahead.")
def plan_backtest(*, weeks: int, days: int, as_json: bool, **history: Any) -> None:  # noqa: ANN401  (the options of _on_history)
    """How far off the forecast would have been on past days, against the same weekday of last week."""
    from stowline.planning import backtest_rules, from_file, printed  # noqa: PLC0415

    report = from_file.backtest(weeks=weeks, days=days, **history)
    click.echo(json.dumps(backtest_rules.as_json(report)) if as_json else "\n".join(printed.backtest(report)))


@cli.command()
@click.option("--rebuild", is_flag=True, help="Add every balance and level up from zero, line by line, and compare; writes nothing.")
@click.option("--repair", is_flag=True, help="Then make the books what the ledger says. Asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_json
def check(*, rebuild: bool, repair: bool, yes: bool, as_json: bool) -> None:
    """Prove every invariant on the database; exit 1 on a breach."""
    from stowline.desk.integrity import check as proof  # noqa: PLC0415

    if repair and as_json and not yes:
        raise Refused("With --json nobody can be asked: say --repair --yes.")
    wrong: set[int] = set()
    rows = [_proved(row, as_json=as_json) for row in proof.rows(rebuilt=rebuild or repair, tell=_progress, products=wrong)]
    told: dict[str, Any] = {"invariants": rows}
    if repair and wrong:
        if not yes:
            click.confirm(f"Make the books of {len(wrong):,} products what the ledger says?", abort=True)
        told["repaired"], told["not_repaired"] = proof.put_right(wrong, "command line")
        for word in () if as_json else ("repaired", "not_repaired"):
            for sentence in told[word]:
                click.echo(f"{word.replace('_', ' ')}: {sentence}")
        told["invariants"] = [_proved(row, as_json=as_json)
                              for row in proof.rows(rebuilt=True, tell=_progress, products=set())]  # fmt: skip
    if as_json:
        click.echo(json.dumps(told))
    sys.exit(0 if all(row["holds"] for row in told["invariants"]) else 1)


def _proved(row: dict[str, Any], *, as_json: bool) -> dict[str, Any]:
    if not as_json:
        click.echo(f"{'holds ' if row['holds'] else 'BROKEN'} {row['name']}")
        for breach in row["breaches"]:
            click.echo(f"       {breach}")
    return row


def _progress(say: str) -> None:
    """How far it is, on a terminal; a script's output stays what it is."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{say}\r", nl=False, err=True)


@cli.command()
@click.option("--serve", is_flag=True, help="Then start everything in one process, as `up` does.")
@_host
@_port
@click.option("--fresh", is_flag=True, help="Throw an earlier demo away and make it anew.")
def demo(*, serve: bool, host: str, port: int, fresh: bool) -> None:
    """A small warehouse in the middle of its day, with logins, in an empty database."""
    from stowline import demo as small_house  # noqa: PLC0415
    from stowline import server  # noqa: PLC0415

    if serve:
        _claim(host, port)
    small_house.prepare(host, port, fresh=fresh, say=click.echo)
    if serve:
        click.echo("Ctrl-C ends it; the next start goes on from there.\n")
        server.up(host, port)
