"""Triggers that keep a table append-only, in the words of either database."""

from __future__ import annotations

from alembic import op


def append_only(table: str) -> None:
    """Refuse UPDATE and DELETE on ``table``; TRUNCATE too, where it exists."""
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def no_delete(table: str) -> None:
    """Refuse DELETE on ``table``: its rows change by allowed moves, but never vanish."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} rows are kept'); END"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def allowed_moves(table: str, column: str, moves: dict[str, tuple[str, ...]]) -> None:
    """Refuse an UPDATE of ``column`` that is none of ``moves`` (old value to new values)."""
    allowed = [
        f"(OLD.{column} = '{old}' AND NEW.{column} IN ({', '.join(repr(new) for new in news)}))"
        for old, news in moves.items()
    ]
    condition = f"NEW.{column} <> OLD.{column} AND NOT ({' OR '.join(allowed)})"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_{column}_moves BEFORE UPDATE ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: this move is not allowed'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%: this move is not allowed', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_{column}_moves BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN ({condition}) EXECUTE FUNCTION refuse_move()"
    )


def never_lower(table: str, column: str) -> None:
    """Refuse an UPDATE that puts ``column`` back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_{column}_rises BEFORE UPDATE ON {table} "
            f"WHEN NEW.{column} < OLD.{column} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: {column} never goes back'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_lower() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%: a count never goes back', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_{column}_rises BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (NEW.{column} < OLD.{column}) EXECUTE FUNCTION refuse_lower()"
    )


def no_replace(table: str, *unique: str) -> None:
    """SQLite only: ``INSERT OR REPLACE`` deletes without asking the triggers of DELETE.

    ``unique`` are conditions on NEW under which a row would be replaced.
    Source: sqlite.org/lang_conflict.html, REPLACE.
    """
    if op.get_bind().dialect.name != "sqlite":
        return
    exists = f"EXISTS (SELECT 1 FROM {table} old WHERE {' OR '.join(unique)})"  # noqa: S608
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {exists} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: a row of this key exists'); END"
    )


def fixed_once_set(
    table: str, always: tuple[str, ...], once: tuple[str, ...], name: str = ""
) -> None:
    """Refuse an UPDATE that alters a column of ``always``, or one of ``once`` that is set."""
    name = name or f"{table}_fixed"
    sqlite = op.get_bind().dialect.name == "sqlite"
    differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
    broken = [f"NEW.{column} {differs} OLD.{column}" for column in always]
    broken += [
        f"(OLD.{column} IS NOT NULL AND NEW.{column} {differs} OLD.{column})" for column in once
    ]
    condition = " OR ".join(broken)
    if sqlite:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: a fixed column was changed'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_fixed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%: a fixed column was changed', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN ({condition}) EXECUTE FUNCTION refuse_fixed()"
    )
