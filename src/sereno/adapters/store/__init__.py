"""The store: run ledger and outbox in SQLite or PostgreSQL."""
