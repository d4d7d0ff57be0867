"""Submissions: what people handed in, leased like any due page."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import submission
from services.ingest.leases import take_due


async def lease_submissions(connection: AsyncConnection, *, most: int) -> list[Row[Any]]:
    """Lease submissions that are due, the oldest first; the api made them due when it accepted them."""
    return await take_due(connection, submission, "due_at", most=most)
