"""Alembic's entry: runs the migrations on the connection it is given, or writes them as SQL."""

from alembic import context

from schemas.tables import metadata

LOCK_TIMEOUT = "5s"
"""A migration that waits longer for a lock would make every query queue behind it; it fails and is run again."""


def run_online() -> None:
    """Migrate on the connection that ``services.database`` put into the attributes."""
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    with context.begin_transaction():
        context.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        context.run_migrations()


def run_offline() -> None:
    """Write the SQL of all migrations to the output buffer."""
    context.configure(dialect_name="postgresql", target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
