"""One file per thing people do."""
