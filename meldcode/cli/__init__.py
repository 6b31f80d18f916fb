"""The command line: `meldcode check …` and the processes of a deployment. One small function a command."""

from __future__ import annotations

import click

from meldcode.cli import checking, erasing, master_key, people, processes, rehearsing, upkeep, versions


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run and look after an organisation's meldcode."""


for command in (
    checking.check_command,
    rehearsing.rehearse_command,
    versions.publish,
    versions.export,
    people.group,
    upkeep.migrate,
    upkeep.verify_audit,
    upkeep.incidents_group,
    upkeep.doctor,
    erasing.erase,
    master_key.new_master_key,
    processes.serve,
    processes.worker,
    processes.beat,
):
    main.add_command(command)
