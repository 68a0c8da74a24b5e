"""An element set to states and through the exchange formats: CCSDS OEM, CSV, Parquet, CZML; nothing may be lost."""

import tempfile
from pathlib import Path

import numpy as np

import zarya
from zarya.exchange.content import read_any
from zarya.exchange.convert import convert
from zarya.orbits.tle import read_element_sets

SETS = Path(zarya.__file__).parent / "missions" / "soyuz-ms-24" / "station.tle"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        oem = convert(SETS, folder / "station.oem", duration_s=6_000.0, step_s=60.0)[0]
        for ending in ("csv", "parquet", "czml", "oem.xml"):
            print(convert(oem, folder / f"station.{ending}")[0].name)

        first = read_any(oem)[1][0].segments[0]
        element_set = max(read_element_sets(SETS), key=lambda one: one.epoch)
        r_teme, v_teme = element_set.sgp4(np.asarray(first.t_s) + (first.epoch - element_set.epoch))
        miss = np.max(np.linalg.norm(first.r_m - r_teme, axis=1))
        print(f"{len(first.t_s)} states in {first.frame}, within {miss * 1000.0:.3f} mm of SGP4")
        assert miss < 0.01

        # CSV, Parquet and XML carry the same states to the last figure written.
        for ending in ("csv", "parquet", "oem.xml"):
            again = read_any(folder / f"station.{ending}")[1][0].segments[0]
            assert np.max(np.abs(again.r_m - first.r_m)) < 1e-3
            assert np.max(np.abs(again.v_m_s - first.v_m_s)) < 1e-6

        # A change of frame turns the states: the distance from the Earth's centre stays.
        turned = read_any(convert(oem, folder / "gcrf.oem", frame="gcrf")[0])[1][0].segments[0]
        radii = [np.linalg.norm(one.r_m, axis=1) for one in (first, turned)]
        apart = np.max(np.linalg.norm(turned.r_m - first.r_m, axis=1))
        print(f"from teme to gcrf the states move by up to {apart / 1000.0:.1f} km and keep their radius")
        assert np.max(np.abs(radii[0] - radii[1])) < 0.01
        assert apart > 1_000.0
        assert abs(np.linalg.norm(v_teme[0]) - np.linalg.norm(turned.v_m_s[0])) < 1e-4


if __name__ == "__main__":
    main()
