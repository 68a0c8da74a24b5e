"""The ascent, from the pad to the separation of the ship: `prepare` on the host, `fly` compiled."""

from zarya.flight.ascent.capacity import heaviest_kg
from zarya.flight.ascent.dispersion import AscentDispersion, nominal
from zarya.flight.ascent.log import AscentLog, Budget, History, Parted, fly, fly_bare
from zarya.flight.ascent.plan import AscentPlan
from zarya.flight.ascent.prepared import SPARE_KG, InsertionTarget, Measured, measured, normal_gcrf, prepare, spared

__all__ = [
    "SPARE_KG",
    "AscentDispersion",
    "AscentLog",
    "AscentPlan",
    "Budget",
    "History",
    "InsertionTarget",
    "Measured",
    "Parted",
    "fly",
    "fly_bare",
    "heaviest_kg",
    "measured",
    "nominal",
    "normal_gcrf",
    "prepare",
    "spared",
]
