"""Building: what reads a whole table to add to it goes on while others read and write that table.

A step that builds does nothing else: it is not one transaction, and one that was cut off is simply run again.
"""

from collections.abc import Sequence
from typing import Any

from alembic import op
from sqlalchemy import TextClause, text

_INVALID = text("SELECT indexrelid FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid")


def build_index(name: str, table: str, columns: Sequence[str | TextClause], **options: Any) -> None:
    """Build an index without locking its table; one whose building was cut off is built anew."""
    with op.get_context().autocommit_block():
        if not op.get_context().as_sql and op.get_bind().execute(_INVALID, {"name": name}).first() is not None:
            op.drop_index(name, table_name=table, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, if_not_exists=True, **options)


def validate(table: str, constraint: str) -> None:
    """Hold the rows that are there to a constraint that was added ``NOT VALID``, which held but new ones to it."""
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")
