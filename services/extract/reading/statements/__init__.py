"""What an article says in its own voice."""
