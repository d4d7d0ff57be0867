"""Alembic's entry: runs the migrations on the connection it is given, or writes them as SQL."""

from typing import Any

from alembic import context
from sqlalchemy import event

from schemas.tables import metadata

LOCK_TIMEOUT = "5s"
"""A migration that waits longer for a lock would make every query queue behind it; it fails and is run again."""


def run_online() -> None:
    """Migrate on the connection that ``services.migrations`` put into the attributes, each step by itself.

    So no lock is held while another step builds; where one fails, those before it stay.
    """
    connection = context.config.attributes["connection"]
    event.listen(connection, "begin", _bound_waiting)
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


def _bound_waiting(connection: Any) -> None:
    """Have a transaction wait for locks so long at most; what builds without one holds nobody up while it waits."""
    if connection.get_isolation_level() != "AUTOCOMMIT":
        connection.connection.cursor().execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")


def run_offline() -> None:
    """Write the SQL of all migrations to the output buffer."""
    context.configure(
        dialect_name="postgresql", target_metadata=metadata, literal_binds=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
