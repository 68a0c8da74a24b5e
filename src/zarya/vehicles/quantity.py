"""A number of the catalog: value, spread, grade of the evidence, source."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import jax.numpy as jnp
import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from zarya.arrays import Scalar

Grade = Literal["measured", "published", "derived", "assumed"]
"""measured: seen in flight or test; published: stated by a document; derived: computed from such;
assumed: judged, no document says so."""


class Record(BaseModel):
    """A table of a catalog file: unknown keys are refused, values do not change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Quantity(Record):
    """One number in the unit its key names, one sigma in the same unit, and where it comes from."""

    value: float
    sigma: float | None = Field(default=None, ge=0.0)
    grade: Grade
    source: str
    note: str = ""

    def __float__(self) -> float:
        return self.value


class Series(Record):
    """A row of numbers, or rows of numbers, in the unit the key names, from one source."""

    values: tuple[float, ...] | tuple[tuple[float, ...], ...]
    sigma: float | None = Field(default=None, ge=0.0)
    grade: Grade
    source: str
    note: str = ""

    @property
    def row(self) -> tuple[float, ...]:
        """The numbers when the series is one row."""
        return tuple(item for item in self.values if isinstance(item, float))

    @property
    def rows(self) -> tuple[tuple[float, ...], ...]:
        """The numbers when the series is a table."""
        return tuple(item for item in self.values if isinstance(item, tuple))


def _within(low: float, high: float) -> Callable[[Quantity], Quantity]:
    def check(quantity: Quantity) -> Quantity:
        if not low <= quantity.value <= high:
            raise ValueError(f"must lie between {low:g} and {high:g}")
        return quantity

    return check


# The limits of a key's plain sense: they catch a slip of unit or sign, not a bold design.
Kilograms = Annotated[Quantity, AfterValidator(_within(0.0, 5.0e6))]
KilogramsPerSecond = Annotated[Quantity, AfterValidator(_within(0.0, 5.0e4))]
Kilonewtons = Annotated[Quantity, AfterValidator(_within(0.0, 1.0e5))]
Newtons = Annotated[Quantity, AfterValidator(_within(0.0, 1.0e5))]
SpecificImpulse = Annotated[Quantity, AfterValidator(_within(50.0, 1.0e4))]
Seconds = Annotated[Quantity, AfterValidator(_within(-3600.0, 1.0e5))]
Duration = Annotated[Quantity, AfterValidator(_within(0.0, 1.0e8))]
SquareMetres = Annotated[Quantity, AfterValidator(_within(0.0, 1.0e5))]
Metres = Annotated[Quantity, AfterValidator(_within(-5.0e5, 5.0e5))]
Kilometres = Annotated[Quantity, AfterValidator(_within(0.0, 1.0e5))]
Speed = Annotated[Quantity, AfterValidator(_within(0.0, 1.2e4))]
Latitude = Annotated[Quantity, AfterValidator(_within(-90.0, 90.0))]
Longitude = Annotated[Quantity, AfterValidator(_within(-180.0, 360.0))]
Degrees = Annotated[Quantity, AfterValidator(_within(0.0, 360.0))]
DegreesPerSecond = Annotated[Quantity, AfterValidator(_within(0.0, 360.0))]
Inclination = Annotated[Quantity, AfterValidator(_within(0.0, 180.0))]
Fraction = Annotated[Quantity, AfterValidator(_within(0.0, 1.5))]
Count = Annotated[Quantity, AfterValidator(_within(0.0, 1000.0))]
Positive = Annotated[Quantity, AfterValidator(_within(0.0, 1.0e6))]


def leaf(value: float) -> Scalar:
    """A number as a leaf of a pytree: a strong float64, so that another vehicle compiles nothing anew."""
    return jnp.asarray(np.float64(value))


class Entry(Record):
    """What every catalog file says of itself: kind, name, title, sources."""

    kind: str
    name: str
    title: str
    sources: Mapping[str, str]
    note: str = ""
    file: str = ""

    @model_validator(mode="after")
    def _sources_are_named(self) -> "Entry":
        missing = {tag for tag in tags(self) if tag not in self.sources}
        if missing:
            raise ValueError(f"source tag not in the [sources] table: {', '.join(sorted(missing))}")
        return self


def quantities(record: object) -> list[Quantity | Series]:
    """Every number of a record, with those of the records inside it."""
    if isinstance(record, Quantity | Series):
        return [record]
    if isinstance(record, BaseModel):
        return [item for key in type(record).model_fields for item in quantities(getattr(record, key))]
    if isinstance(record, Mapping):
        return [item for value in record.values() for item in quantities(value)]
    if isinstance(record, tuple | list):
        return [item for value in record for item in quantities(value)]
    return []


def tags(record: object) -> set[str]:
    """The source tags a record cites; one `source` may name several, separated by commas."""
    return {tag.strip() for item in quantities(record) for tag in item.source.split(",")}
