"""Which rules and findings object to a folder."""

from __future__ import annotations

from meldcode.check import Says, prove
from meldcode.definition import check
from meldcode.definition.errors import DefinitionError
from meldcode.messages import Severity
from tests.proof.damage import Folder
from tests.proof.mutants import Mutant


def objections(folder_name: str, mutant: Mutant) -> set[int | str]:
    """The numbers of the rules that break or are not proven, and the codes of the findings."""
    folder = Folder(folder_name)
    mutant.damage(folder)
    try:
        version = folder.version()
    except DefinitionError as error:
        return {finding.code for finding in error.findings}
    quick = check(version)
    found: set[int | str] = {finding.code for finding in quick}
    if any(finding.severity is Severity.ERROR for finding in quick) and not version.main_process:
        return found
    proof = prove(version, findings=quick)
    found |= {rule.number for rule, verdict in proof.rules if verdict.says in (Says.BROKEN, Says.UNPROVEN)}
    return found | {finding.code for finding in proof.findings}
