from tests.integration.conftest import engine, migrated_url, template

__all__ = ["engine", "migrated_url", "template"]
