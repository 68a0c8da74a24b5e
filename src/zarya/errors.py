"""Every exception zarya raises on purpose.

::

    ZaryaError
    ├── InputError          bad input, found before anything flies (exit code 2)
    │   ├── ScenarioError   a mission or catalog file
    │   ├── FormatError     a TLE, OMM, OPM, OEM or other exchange file
    │   └── CoverageError   a date or range our data cannot serve
    ├── FlightError         the flight or study cannot be done (exit code 1)
    └── InternalError       a fault of ours; please report it
"""

from dataclasses import dataclass


class ZaryaError(Exception):
    """Root of every exception zarya raises on purpose."""


@dataclass
class Problem:
    """One thing wrong with an input: where, what was found, what is allowed, what to do.

    Parameters
    ----------
    problem : what is wrong, with the limit that was passed.
    file : file the value was read from, or the argument's name.
    key : key, line or field inside the file.
    value : the value as it was found.
    remedy : what the user can do.
    """

    problem: str
    file: str = ""
    key: str = ""
    value: object = None
    remedy: str = ""

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.file, self.key) if part)
        found = "" if self.value is None else f" (found {self.value!r})"
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{where}: {self.problem}{found}.{remedy}" if where else f"{self.problem}{found}.{remedy}"


class InputError(ZaryaError):
    """Bad input, found before anything flies. Carries one or more `Problem`."""

    problems: tuple[Problem, ...]

    def __init__(
        self,
        problem: str | tuple[Problem, ...],
        *,
        file: str = "",
        key: str = "",
        value: object = None,
        remedy: str = "",
    ) -> None:
        self.problems = problem if isinstance(problem, tuple) else (Problem(problem, file, key, value, remedy),)
        super().__init__("\n".join(str(item) for item in self.problems))


class ScenarioError(InputError):
    """A mission or catalog file is malformed or asks for the impossible."""


class FormatError(InputError):
    """An exchange file (TLE, OMM, OPM, OEM, ...) cannot be read as what it claims to be."""


class CoverageError(InputError):
    """A date, height or degree outside what our data or models cover."""


class FlightError(ZaryaError):
    """The flight or study cannot be done; `detail` holds the margin and the alternatives."""

    detail: dict[str, object]

    def __init__(self, message: str, **detail: object) -> None:
        super().__init__(message)
        self.detail = detail


class InternalError(ZaryaError):
    """A fault of ours: a state the code says cannot happen."""
