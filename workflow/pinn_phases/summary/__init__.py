"""Pages of tables, one module per page."""
