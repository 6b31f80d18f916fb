"""What an administrator changes about her organisation: people, absences, days. Each change can be undone.

Nothing here shows or needs a case's content.
"""

from meldcode.adjustments.changing import (
    Adjustment,
    ChangedSince,
    LastAdministrator,
    add_absence,
    change_days,
    change_details,
    change_roles,
    change_weekdays,
    invite,
    latest,
    remove_absence,
    switch_account,
    switch_as_operator,
    undo,
)
from meldcode.adjustments.preview import Preview, Shift, preview

__all__ = [
    "Adjustment",
    "ChangedSince",
    "LastAdministrator",
    "Preview",
    "Shift",
    "add_absence",
    "change_days",
    "change_details",
    "change_roles",
    "change_weekdays",
    "invite",
    "latest",
    "preview",
    "remove_absence",
    "switch_account",
    "switch_as_operator",
    "undo",
]
