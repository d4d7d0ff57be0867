"""Queries: every statement the API makes, a module a resource; none begins, commits or rolls back."""
