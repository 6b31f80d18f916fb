"""What a form that was sent says, read: a person or a day, or None when the field holds none."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import request

from meldcode.holidays import as_day


def person_given(name: str = "wie") -> UUID | None:
    """The person who was chosen in a field."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None


def day_given(name: str) -> date | None:
    """The day in a field."""
    return as_day(request.form.get(name, ""))
