"""Fly every launcher's ascent over a range of leads and write what the lead costs the launcher.

    python builders/study_leads.py > src/zarya/gnc/data/optimum_leads.toml

For each launcher and ship of the catalog: the lead that leaves most propellant in the last stage, and the parabola
about it. Propellant left in the last stage is payload kilogram for kilogram: the same masses fly the same ascent.
"""

import sys
from dataclasses import dataclass

import numpy as np

from zarya.dynamics.surroundings import surroundings
from zarya.errors import InputError
from zarya.flight.ascent import InsertionTarget, prepare
from zarya.flight.ascent.lead import lead_study
from zarya.gnc.plane_crossing import pad_directions_rad
from zarya.time import Epoch
from zarya.units import DEG, KM
from zarya.vehicles import catalog

PREPARED_FOR_S = 200.0
FIRST_S = (60.0, 110.0, 160.0, 210.0, 260.0, 310.0)
AROUND_S = np.array([-120.0, -80.0, -40.0, 0.0, 40.0, 80.0, 120.0])
EPOCH = Epoch.from_iso("2023-09-15T15:44:35.417Z", scale="utc")
CASES = (
    ("soyuz-2.1a", "soyuz-ms", "baikonur-31-6"),
    ("soyuz-2.1a", "progress-ms", "baikonur-31-6"),
    ("soyuz-2.1b", "progress-ms", "baikonur-31-6"),
    ("soyuz-fg", "soyuz-ms", "baikonur-1-5"),
    ("soyuz-u", "progress-ms", "baikonur-1-5"),
    ("cz-2f", "shenzhou", "jiuquan-921"),
    ("falcon-9", "crew-dragon", "lc-39a"),
)
HEAD = """# Written by builders/study_leads.py; do not edit.
# Our own ascents, flown by closed-loop guidance at leads up to 120 s from the best, kick and azimuth of the first
# stage best at each. optimum_lead_s: most propellant left in the last stage. curvature_kg_s2: kg of payload lost =
# curvature times the square of (lead - optimum). residual_kg: largest distance of a flown point from that parabola.
# grade: derived.
"""


@dataclass(frozen=True)
class Found:
    """The parabola of one launcher and ship."""

    optimum_s: float
    curvature_kg_s2: float
    residual_kg: float


def studied(launcher: str, ship: str, site: str) -> Found:
    """Optimum lead and curvature of one ascent."""
    data, pad = catalog.launcher(launcher).for_ship(ship), catalog.site(site)
    carried, wanted = catalog.ship(ship), data.insertion_for(ship)
    inclination = wanted.inclination_deg.value * DEG
    place = (pad.latitude_deg.value * DEG, pad.longitude_deg.value * DEG, pad.height_m.value)
    ascension, declination = (float(x[0]) for x in pad_directions_rad(place, EPOCH, np.zeros(1)))
    raan = ascension - np.arcsin(np.tan(declination) / np.tan(inclination)) + 7.292115e-5 * PREPARED_FOR_S
    target = InsertionTarget(
        wanted.perigee_km.value * KM, wanted.apogee_km.value * KM, inclination, float(raan % (2.0 * np.pi))
    )
    around = surroundings(EPOCH, -600.0, 10_800.0, degree=20)
    plan = prepare(data, carried.mass_kg.value, pad, EPOCH, around, target)
    first = lead_study(plan, PREPARED_FOR_S, FIRST_S)
    a, b, _ = np.polyfit(first.lead_s, first.propellant_left_kg, 2)
    middle_s = -b / (2.0 * a)
    study = lead_study(plan, PREPARED_FOR_S, tuple(np.round(middle_s + AROUND_S)))
    a, b, c = np.polyfit(study.lead_s, study.propellant_left_kg, 2)
    residual = np.polyval([a, b, c], study.lead_s) - study.propellant_left_kg
    return Found(float(-b / (2.0 * a)), float(-a), float(np.max(np.abs(residual))))


def main() -> None:
    print(HEAD, end="")
    for launcher, ship, site in CASES:
        try:
            found = studied(launcher, ship, site)
        except InputError as error:
            print(f"{launcher} with {ship}: {error}", file=sys.stderr)
            continue
        print(f'\n[[ascent]]\nlauncher = "{launcher}"\nship = "{ship}"\nsite = "{site}"')
        print(f"optimum_lead_s = {found.optimum_s:.1f}\ncurvature_kg_s2 = {found.curvature_kg_s2:.3e}")
        print(f"residual_kg = {found.residual_kg:.2f}", flush=True)


if __name__ == "__main__":
    main()
