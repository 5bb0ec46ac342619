"""Copies of a PostgreSQL database for one test each: given back, made as new by SQL, and lent again.

Making a database costs a third of a second and dropping it a fifth; putting back a few hundred rows costs a fiftieth.
What a test did to the tables themselves (a constraint dropped, a trigger switched off), or very many rows, is not put
back: such a copy is dropped.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from tests import services
from tests.services import with_path

MOST_USES = 40
"""Dead rows of earlier tests slow the later ones; then a new copy is cheaper."""
LARGE_BYTES = 1 << 21
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass
class Copy:
    """One database: its name, how its tables were when it was made, how often it was lent."""

    name: str
    shape: object
    uses: int = 0


@dataclass
class Shelf:
    """The copies of one template that nobody has."""

    free: list[Copy] = field(default_factory=list)


_shelves: dict[str, Shelf] = defaultdict(Shelf)

# What a test may have changed besides rows: columns, constraints, indexes, triggers and whether they are on, settings.
SHAPE = """
    SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
        SELECT concat_ws(' ', c.relname, a.attname, a.atttypid, a.attnotnull) AS line FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
        UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(oid), convalidated) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', t.tgname, t.tgenabled, t.tgrelid) FROM pg_trigger t WHERE NOT t.tgisinternal
        UNION ALL SELECT concat_ws(' ', indexrelid::regclass, indisvalid) FROM pg_index JOIN pg_class i ON i.oid = indexrelid
            WHERE i.relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', p.proname, md5(p.prosrc)) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
            WHERE d.datname = current_database()) AS all_lines
"""
KEEP = """
    CREATE SCHEMA kept;
    DO $$ DECLARE one record; filled boolean; BEGIN
        FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', one.relname) INTO filled;
            IF filled THEN EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', one.relname); END IF;
        END LOOP;
    END $$;
    CREATE TABLE kept."its sequences" AS SELECT sequencename::text AS name, COALESCE(last_value, start_value) AS at, last_value IS NOT NULL AS used
        FROM pg_sequences WHERE schemaname = 'public';
"""
PUT_BACK = """
    DO $$ DECLARE one record; BEGIN
        PERFORM set_config('session_replication_role', 'replica', true);
        FOR one IN SELECT c.relname, k.oid IS NOT NULL AS filled, pg_relation_size(c.oid) > 0 AS touched FROM pg_class c
            LEFT JOIN pg_class k ON k.relname = c.relname AND k.relnamespace = 'kept'::regnamespace
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' LOOP
            IF one.touched THEN EXECUTE format('DELETE FROM public.%I', one.relname); END IF;
            IF one.filled THEN EXECUTE format('INSERT INTO public.%1$I SELECT * FROM kept.%1$I', one.relname); END IF;
        END LOOP;
        PERFORM setval(format('public.%I', name)::regclass, at, used) FROM kept."its sequences";
    END $$;
"""
MAY = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"  # nobody else may put rows back past triggers
LARGEST = "SELECT max(pg_relation_size(oid)) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
ELSEWHERE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@contextmanager
def copy_of(template: str) -> Iterator[str]:
    """The name of a copy of this database that nobody else has."""
    shelf = _shelves[template]
    one = shelf.free.pop() if shelf.free else _made(template)
    one.uses += 1
    try:
        yield one.name
    finally:
        drop_copies(one.name)
        if one.uses < MOST_USES and _as_new(one):
            shelf.free.append(one)
        else:
            _drop(one.name)


def drop_copies(template: str) -> None:
    """Drop every copy of a template; nobody may have one."""
    shelf = _shelves.pop(template, None)
    for one in shelf.free if shelf else ():
        _drop(one.name)


def _server(name: str) -> Connection:
    plain = services.plain_postgres(str(services.postgres().url))
    return psycopg.connect(with_path(plain, name) if name else plain, autocommit=True)


def _made(template: str) -> Copy:
    name = f"stowline_test_{secrets.token_hex(6)}"
    with _server("") as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    with _server(name) as connection:
        connection.execute("DROP SCHEMA IF EXISTS kept CASCADE")  # of a template that is a copy itself
        if connection.execute(MAY).fetchone() == (False,):
            return Copy(name, None, MOST_USES)
        connection.execute(KEEP)
        return Copy(name, connection.execute(SHAPE).fetchone())


def _as_new(one: Copy) -> bool:
    """Put the rows back; whether all is as when the copy was made."""
    with _server(one.name) as connection:
        connection.execute(ELSEWHERE)
        (largest,) = connection.execute(LARGEST).fetchone() or (0,)
        if connection.execute(SHAPE).fetchone() != one.shape or int(str(largest or 0)) > LARGE_BYTES:
            return False
        connection.execute(PUT_BACK)
    return True


def _drop(name: str) -> None:
    with _server("") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
