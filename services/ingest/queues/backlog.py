"""The backlog of ingest: what its tables say of feeds, pages, submissions and hosts, as gauges."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services import metrics

BACKED_OFF_SECONDS = 60
"""A host that is left alone for longer than this has asked for it: our own pauses are of seconds."""

COUNTED_MOST = 100_000
"""Rows are counted no further, so that looking at a huge backlog stays cheap."""

# One round trip: every part but two reads the first entries of an index; feeds and hosts are read whole, which takes
# 10 ms for 100,000 of them.
_BACKLOG = text(f"""
    SELECT (SELECT jsonb_object_agg(coalesce(outcome, '{metrics.NEVER}'), feeds) FROM (
               SELECT outcome, count(*) AS feeds FROM feed
                WHERE ended_at IS NULL GROUP BY outcome) AS by_outcome) AS feeds,
           (SELECT extract(epoch FROM now() - min(next_poll_at)) FROM feed
             WHERE next_poll_at <= now() AND ended_at IS NULL) AS feed_overdue,
           (SELECT extract(epoch FROM max(found_at)) FROM page) AS newest_page,
           (SELECT count(*) FROM (
               SELECT FROM page WHERE due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
               LIMIT {COUNTED_MOST}) AS due) AS pages_due,
           (SELECT extract(epoch FROM now() - due_at) FROM page
             WHERE due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
             ORDER BY due_at LIMIT 1) AS oldest_page,
           submissions.waiting AS submissions,
           extract(epoch FROM now() - submissions.oldest) AS oldest_submission,
           hosts.backed_off AS hosts,
           extract(epoch FROM hosts.longest - now()) AS longest_host
      FROM (SELECT count(*) AS waiting, min(submitted_at) AS oldest FROM (
               SELECT submitted_at FROM submission WHERE due_at IS NOT NULL
               LIMIT {COUNTED_MOST}) AS undone) AS submissions,
           (SELECT count(*) AS backed_off, max(free_at) AS longest FROM host
             WHERE free_at > now() + interval '{BACKED_OFF_SECONDS} seconds') AS hosts
""")  # noqa: S608 (our own constants)


async def measure(connection: AsyncConnection) -> None:
    """Set the gauges of what waits for ingest."""
    found = (await connection.execute(_BACKLOG)).one()
    for outcome in metrics.FEED_OUTCOMES:
        metrics.FEEDS.labels(outcome).set((found.feeds or {}).get(outcome, 0))
    metrics.FEED_OVERDUE_SECONDS.set(found.feed_overdue or 0)
    metrics.NEWEST_PAGE.set(found.newest_page or 0)
    metrics.PAGES_DUE.set(found.pages_due)
    metrics.PAGES_DUE_SECONDS.set(found.oldest_page or 0)
    metrics.SUBMISSIONS_WAITING.set(found.submissions)
    metrics.SUBMISSIONS_WAITING_SECONDS.set(found.oldest_submission or 0)
    metrics.HOSTS_BACKED_OFF.set(found.hosts)
    metrics.HOSTS_BACKED_OFF_SECONDS.set(found.longest_host or 0)
    metrics.TABLES_READ.set_to_current_time()
