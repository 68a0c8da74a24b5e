"""The application, its shared options, and how errors become one message and an exit code."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from zarya.cli.refusal import PARSER_ERROR, refusal, unknown_command
from zarya.errors import FlightError, InputError

_ORDER = ("fly", "windows", "phase", "land", "abort", "propagate", "fit", "convert", "check", "new", "catalog")
"""Of the commands in the help: those of a flight in its order, then the tools."""


class _Ordered(TyperGroup):
    """Commands as a newcomer meets them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of `_ORDER`; a new one comes last."""
        return sorted(super().list_commands(ctx), key=lambda name: (*_ORDER, name).index(name))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name.

        Raises
        ------
        InputError : there is none.
        """
        found = super().get_command(ctx, cmd_name)
        if found is None and not cmd_name.startswith("-"):
            raise unknown_command(cmd_name, self.list_commands(ctx))
        return found


app = typer.Typer(
    name="zarya",
    cls=_Ordered,
    help="Plan and fly a crewed flight to a space station: launch window, ascent, rendezvous, docking, landing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
_WIDTH = None if sys.stdout.isatty() else 120
out = Console(width=_WIDTH)
err = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]
Catalog = Annotated[Path | None, typer.Option("--catalog", help="Folder of TOML files that extends the catalog.")]


def run() -> None:
    """Run the command line: exit code 0 done, 1 the flight or study failed, 2 bad input."""
    try:
        sys.exit(_exit_code())
    except (BrokenPipeError, typer.Abort):
        sys.exit(1)


def _exit_code() -> Any:
    try:
        return app(standalone_mode=False)
    except PARSER_ERROR as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # `zarya` alone: the help is on the screen
            return 2
        return _told(refusal(error, sys.argv[1:]), 2)
    except InputError as error:
        return _told(error, 2)
    except FlightError as error:
        return _told(error, 1)


def _told(error: Exception, code: int) -> int:
    """The exit code, once the error has been said."""
    if "--json" in sys.argv:
        problems = [asdict(item) for item in error.problems] if isinstance(error, InputError) else []
        detail = error.detail if isinstance(error, FlightError) else {}
        print_json({"ok": False, "error": str(error), "problems": problems, **detail})
    err.print(f"zarya: {error}", style="red", markup=False, highlight=False)
    return code


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is being done and for how long; gone at the end. Yields what to tell it."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        task = shown.add_task("preparing")
        yield lambda text: shown.update(task, description=text)


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout; a number that JSON does not have (what a user typed, say) becomes its text."""
    print(json.dumps(_plain(document), indent=2, default=str, allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
