"""manage.py bench: the gateway beside its peers (tests/bench)."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Measure the gateway beside what else does its work; needs wrk."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="name", help="all without one")
        parser.add_argument("--rounds", type=int, default=5)
        parser.add_argument("--seconds", type=float, default=3.0, help="of one load")
        parser.add_argument("--json", type=Path, metavar="FILE")
        parser.add_argument(
            "--svg", type=Path, metavar="FILE", help="of the first case"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from tests.bench import compiling, costs, load, logs, report, rounds
        from tests.bench.cases import CASES

        measures = costs.COSTS | {"compiling": compiling.costs, "logs": logs.costs}
        names = options["names"] or [*(c.name for c in CASES), *measures]
        cases = [case for case in CASES if case.name in names]
        known = {case.name for case in CASES} | set(measures)
        if unknown := set(names) - known:
            raise CommandError(
                f"There is no {', '.join(sorted(unknown))}; there are: "
                f"{', '.join(sorted(known))}."
            )
        if cases and (why := load.missing()):
            raise CommandError(why)
        try:
            results = [
                self._show(
                    rounds.run(
                        case,
                        rounds=options["rounds"],
                        seconds=options["seconds"],
                        say=self.stderr.write,
                    )
                )
                for case in cases
            ]
        except load.LoadFailed as error:
            raise CommandError(str(error)) from None
        self.stdout.write("\n".join(report.goals(results)))
        found = {name: list(measures[name]()) for name in measures if name in names}
        for costs_found in found.values():
            for cost in costs_found:
                self.stdout.write(str(cost))
        if options["json"]:
            document = report.document(results) | {
                name: [cost._asdict() for cost in many] for name, many in found.items()
            }
            options["json"].write_text(json.dumps(document, indent=1))
        if options["svg"] and results:
            options["svg"].write_text(report.picture(results[0]))

    def _show(self, result: Any) -> Any:
        from tests.bench import report

        self.stdout.write(report.table(result) + "\n")
        return result
