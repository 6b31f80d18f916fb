"""Time and mail: Celery processes that do what is due. Everything they need to know is in the database."""
