"""The embedded engines: a real PostgreSQL and a real Apache Kafka that end with the command that started them."""
