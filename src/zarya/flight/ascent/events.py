"""The events of an ascent by the names of the contract, each marked commanded or resulting."""

from dataclasses import dataclass

import numpy as np

from zarya.flight.ascent.log import AscentLog
from zarya.flight.phase import Handover
from zarya.vehicles.launcher import LauncherData


@dataclass(frozen=True)
class AscentEvent:
    """An instant: seconds after lift-off; commanded when the clock of the launcher gives it, else a result."""

    name: str
    met_s: float
    is_commanded: bool


def events(launcher: LauncherData, handover: Handover, log: AscentLog) -> tuple[AscentEvent, ...]:
    """Events in time order. A booster set gives `strap_on_...`; the third of three stages is the `third_stage`."""
    names = [_stage_name(launcher, row) for row in range(len(launcher.stage))]
    cutoff = np.asarray(log.course.launcher.cutoff_s)
    parted = np.asarray(log.parted.t_s)
    found = [AscentEvent("liftoff", 0.0, True)]
    for row, stage in enumerate(launcher.stage[:-1]):
        commanded = stage.cutoff_s is not None and bool(cutoff[row] >= stage.cutoff_s.value - 1e-6)
        found.append(AscentEvent(f"{names[row]}_cutoff", float(cutoff[row]), commanded))
        found.append(AscentEvent(f"{names[row]}_separation", float(parted[row]), stage.separation_s is not None))
    for row, item in enumerate(launcher.parts):
        met_s = float(parted[len(launcher.stage) - 1 + row])
        found.append(AscentEvent(f"{item.name}_jettison", met_s, item.rule == "time"))
    found.append(AscentEvent(f"{names[-1]}_cutoff", float(log.course.cutoff_s), False))
    found.append(AscentEvent("spacecraft_separation", float(handover.ship.t_s), False))
    return tuple(sorted((e for e in found if np.isfinite(e.met_s)), key=lambda e: e.met_s))


def _stage_name(launcher: LauncherData, row: int) -> str:
    stage = launcher.stage[row]
    if stage.role == "upper" and len(launcher.stage) == 3 and launcher.stage[0].role == "booster":
        return "third_stage" if launcher.stage[1].name == "core" else stage.name
    return stage.name.replace("-", "_")
