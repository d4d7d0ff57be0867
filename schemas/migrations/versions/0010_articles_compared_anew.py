"""Entities whose articles are to be compared anew, some at a time, with how far that went.

Only adds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "relate_mark",
        sa.Column("entity_id", sa.UUID(), nullable=False),
        sa.Column("after", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_relate_mark")),
        comment="Entities of which it changed what they are one with: the articles that name them are to be compared anew; after: those of smaller ids are, and that one.",
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("relate_mark")
