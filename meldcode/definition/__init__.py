"""One version of an organisation's meldcode: its diagrams, forms, decisions, mails and settings."""

from meldcode.definition.check import check
from meldcode.definition.errors import DefinitionError
from meldcode.definition.mails import MailTemplate
from meldcode.definition.organisation import DemoPerson, Organisation, Role
from meldcode.definition.version import Version, read_files, read_folder

__all__ = [
    "DefinitionError",
    "DemoPerson",
    "MailTemplate",
    "Organisation",
    "Role",
    "Version",
    "check",
    "read_files",
    "read_folder",
]
