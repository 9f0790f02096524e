"""Pages of tables that summarise results: one module per page."""
