"""Runs the migrations on the connection it is handed, inside the transaction of the caller."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    # SQLite cannot alter a column in place: batch mode rebuilds the table.
    render_as_batch=True,
)
context.run_migrations()
