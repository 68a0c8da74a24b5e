"""One day in orbit: what stays constant under a point mass, and how the Earth's bulge turns the plane."""

import numpy as np

import zarya
from zarya.constants import GM_EARTH_EGM2008_M3_S2, J2_EGM2008, RADIUS_EARTH_EGM2008_M
from zarya.studies.propagation import ForceModel, propagate

DAY_S = 86_400.0


def main() -> None:
    epoch = zarya.Epoch.from_iso("2023-09-15T12:00:00Z")
    gm, radius = GM_EARTH_EGM2008_M3_S2, 6_798_000.0
    speed, tilt = np.sqrt(gm / radius), np.radians(51.65)
    r = np.array([radius, 0.0, 0.0])
    v = speed * np.array([0.0, np.cos(tilt), np.sin(tilt)])

    # A point mass keeps energy and angular momentum.
    day = propagate(epoch, r, v, DAY_S, 300.0, ForceModel(gravity_degree=0, third_bodies=()))
    energy = 0.5 * np.sum(day.v_gcrf**2, axis=1) - gm / np.linalg.norm(day.r_gcrf, axis=1)
    momentum = np.cross(day.r_gcrf, day.v_gcrf)
    drift = np.max(np.abs(energy / energy[0] - 1.0))
    turn = np.max(np.linalg.norm(momentum - momentum[0], axis=1)) / np.linalg.norm(momentum[0])
    print(f"point mass, one day: energy within {drift:.1e}, angular momentum within {turn:.1e}")
    assert drift < 1e-11
    assert turn < 1e-11

    # The bulge turns the node westward: -1.5 n J2 (R/a)^2 cos i, to first order.
    full = propagate(epoch, r, v, DAY_S, 60.0, ForceModel(gravity_degree=20))
    momentum = np.cross(full.r_gcrf, full.v_gcrf)
    node = np.unwrap(np.arctan2(momentum[:, 0], -momentum[:, 1]))
    rate = np.polyfit(full.t_s, node, 1)[0]
    expected = -1.5 * np.sqrt(gm / radius**3) * J2_EGM2008 * (RADIUS_EARTH_EGM2008_M / radius) ** 2 * np.cos(tilt)
    print(f"node {np.degrees(rate) * DAY_S:.3f} deg a day; J2 to first order {np.degrees(expected) * DAY_S:.3f}")
    assert abs(rate / expected - 1.0) < 0.02

    # Time runs backward as well as forward.
    back = propagate(epoch + DAY_S, full.r_gcrf[-1], full.v_gcrf[-1], -DAY_S, 60.0, ForceModel(gravity_degree=20))
    miss = np.linalg.norm(back.r_gcrf[-1] - r)
    print(f"a day forward and back: {miss * 1000.0:.4f} mm from the start")
    assert miss < 0.001


if __name__ == "__main__":
    main()
