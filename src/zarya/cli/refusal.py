"""What the parser refuses, said as every other bad input: one message with the word, the reason and the remedy."""

from collections.abc import Sequence
from typing import Any, Final

import typer

from zarya.errors import InputError

PARSER_ERROR: Final = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""Root of what the parser raises; typer has it from click or brings its own."""


def refusal(error: Any, arguments: Sequence[str]) -> InputError:
    """The parser's complaint as an `InputError`.

    Parameters
    ----------
    error : a `PARSER_ERROR`. arguments : of the command line, where the command and a refused value are looked up.
    """
    context: Any = getattr(error, "ctx", None)
    parameter: Any = getattr(error, "param", None)
    command = context.command_path.partition(" ")[2] if context is not None else next(iter(arguments), "")
    see = f"`{' '.join(('zarya', command)).strip()} --help` lists what it takes."
    kind = type(error).__name__
    if kind == "NoSuchOption":
        near = _hint(error.option_name, _options(context))
        return InputError("no such option", file=command, value=error.option_name, remedy=near + see)
    if kind == "BadOptionUsage":
        return InputError("its value is missing", file=command, key=error.option_name, remedy=see)
    if kind == "MissingParameter":
        wanted = f"{parameter.help} " if getattr(parameter, "help", None) else ""
        return InputError("missing", file=command, key=_name(parameter), remedy=wanted + see)
    if kind == "BadParameter":
        value = _given(parameter, arguments)
        return InputError(_plainly(error.message), file=command, key=_name(parameter), value=value, remedy=see)
    return InputError(_plainly(error.format_message()), file=command, remedy=see)


def _plainly(complaint: str) -> str:
    """What the parser says of a value, in the words of this program."""
    if "integer" in complaint:
        return "not a whole number"
    if "valid number" in complaint or "float" in complaint:
        return "not a number"
    text = complaint.rstrip(".").replace("Input should be", "must be")
    return text[:1].lower() + text[1:]


def unknown_command(word: str, known: Sequence[str]) -> InputError:
    """The same for a word that is no command."""
    return InputError(
        "no such command", value=word, remedy=f"{_hint(word, known)}`zarya --help` lists the commands."
    )  # fmt: skip


def _hint(word: str, known: Sequence[str]) -> str:
    """`Did you mean`; what reads the catalog is imported when there is something to say."""
    from zarya.vehicles.reading import hint

    return hint(word, known)


def _name(parameter: Any) -> str:
    """`--cases` of an option, `mission` of an argument."""
    return str(max(parameter.opts, key=len))


def _options(context: Any) -> list[str]:
    """Every spelling of every option."""
    return [word for one in context.command.get_params(context) for word in one.opts if word.startswith("-")]


def _given(parameter: Any, arguments: Sequence[str]) -> str | None:
    """What followed an option on the command line; None for an argument, whose place does not tell it."""
    for place, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name in parameter.opts:
            return value if equals else next(iter(arguments[place + 1 :]), None)
    return None
