"""Queues: what waits to be polled or fetched, and whose turn it is, in PostgreSQL."""
