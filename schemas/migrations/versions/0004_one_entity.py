"""Merges of entities, their names and what operators pin.

Only adds, but for the name, which may be null now; what was stored before is looked at once extract runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003a"
branch_labels = None
depends_on = None

_OLD = "What a mention names; one id across all articles and spellings."
_NEW = "What a mention names; one id across all articles and spellings. merged_into: the entity that it is one with, which is merged into none; folded: the words of all names of it and of those merged into it; bucket: what those share that may be one; titled: the name is a well-known one; live: an article names it, else no name is kept."


def upgrade() -> None:
    """Apply the step."""
    _widen()
    op.create_table(
        "entity_alias",
        sa.Column("entity_id", sa.UUID(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.CheckConstraint("type IN ('PERSON', 'ORG', 'GPE', 'LOC', 'NORP')", name=op.f("ck_entity_alias_type")),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.entity_id"], name=op.f("fk_entity_alias_entity_id")),
        sa.PrimaryKeyConstraint("entity_id", "form", "type", name=op.f("pk_entity_alias")),
        comment="The names under which articles show an entity, and as what.",
    )
    op.create_table(
        "entity_merge",
        sa.Column("merge_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entity_id", sa.UUID(), nullable=False),
        sa.Column("into_id", sa.UUID(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.entity_id"], name=op.f("fk_entity_merge_entity_id")),
        sa.ForeignKeyConstraint(["into_id"], ["entity.entity_id"], name=op.f("fk_entity_merge_into_id")),
        sa.PrimaryKeyConstraint("merge_id", name=op.f("pk_entity_merge")),
        comment="Two entities that are one, by which rule and how surely; undone_at: they are two again, or the one is merged otherwise.",
    )
    now = sa.text("undone_at IS NULL")
    op.create_index("uq_entity_merge_now", "entity_merge", ["entity_id"], unique=True, postgresql_where=now)
    op.create_index(op.f("ix_entity_merge_into_id"), "entity_merge", ["into_id"], unique=False)
    op.create_table(
        "entity_pin",
        sa.Column("a", sa.UUID(), nullable=False),
        sa.Column("b", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("a < b", name=op.f("ck_entity_pin_pair")),
        sa.CheckConstraint("kind IN ('same', 'apart')", name=op.f("ck_entity_pin_kind")),
        sa.ForeignKeyConstraint(["a"], ["entity.entity_id"], name=op.f("fk_entity_pin_a")),
        sa.ForeignKeyConstraint(["b"], ["entity.entity_id"], name=op.f("fk_entity_pin_b")),
        sa.PrimaryKeyConstraint("a", "b", name=op.f("pk_entity_pin")),
        comment="What an operator decided of two entities, whatever the rules find.",
    )
    op.create_index(op.f("ix_entity_pin_b"), "entity_pin", ["b"], unique=False)
    op.create_table(
        "entity_mark",
        sa.Column("mark_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entity_id", sa.UUID(), nullable=False),
        sa.Column("lost", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("mark_id", name=op.f("pk_entity_mark")),
        comment="Entities whose names and merges are to be looked at anew; lost: an article names it no more.",
    )
    op.execute("INSERT INTO entity_mark (entity_id, lost) SELECT entity_id, true FROM entity ORDER BY entity_id")


def _widen() -> None:
    op.alter_column("entity", "name", existing_type=sa.Text(), nullable=True)
    op.add_column("entity", sa.Column("titled", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("entity", sa.Column("bucket", sa.Text(), nullable=True))
    op.add_column("entity", sa.Column("live", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("entity", sa.Column("merged_into", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_entity_merged_into"), "entity", "entity", ["merged_into"], ["entity_id"], postgresql_not_valid=True
    )
    op.create_check_constraint(
        op.f("ck_entity_name"), "entity", "NOT live OR name IS NOT NULL", postgresql_not_valid=True
    )
    op.create_table_comment("entity", _NEW, existing_comment=_OLD)


def downgrade() -> None:
    """Take the step back; entities that no article names any more have no name to keep."""
    for table in ("entity_mark", "entity_pin", "entity_merge", "entity_alias"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_entity_name"), "entity", type_="check")
    op.drop_constraint(op.f("fk_entity_merged_into"), "entity", type_="foreignkey")
    for column in ("merged_into", "live", "bucket", "titled"):
        op.drop_column("entity", column)
    op.execute("UPDATE entity SET name = '' WHERE name IS NULL")
    op.alter_column("entity", "name", existing_type=sa.Text(), nullable=False)
    op.create_table_comment("entity", _OLD, existing_comment=_NEW)
