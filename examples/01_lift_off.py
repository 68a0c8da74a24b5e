"""When to lift off: the instant at which the pad meets the plane that becomes the station's at docking."""

import zarya
from zarya.mission.lift import lift_off
from zarya.units import DEG

FLOWN = zarya.Epoch.from_iso("2023-09-15T15:44:35.417Z")


def main() -> None:
    found = lift_off(zarya.load("soyuz-ms-24"))
    instant, record = found.instant, found.record
    error_s = found.epoch - FLOWN
    print(f"lift-off {found.epoch.iso()}, 1 sigma {record.sigma_s:.1f} s; flown minus computed {-error_s:+.2f} s")
    print(f"the pad crosses the plane {instant.coplanar - instant.liftoff:.1f} s later (the lead)")
    print(f"the ship starts {instant.node_offset_rad / DEG:.3f} deg east and {instant.phase_rad / DEG:.1f} deg behind")
    assert abs(error_s) < 3.0 * record.sigma_s
    assert record.element_set_epoch < FLOWN, "nothing later than the lift-off may be used"
    # The node of the lower orbit drifts west faster, so the ship starts to the east, by half a second of the Earth's
    # rotation for each degree of phase.
    seconds_per_degree = instant.node_offset_rad / 7.2921e-5 / (instant.phase_rad / DEG)
    print(f"{seconds_per_degree:.2f} s of lift-off for each degree of phase")
    assert 0.4 < seconds_per_degree < 0.6


if __name__ == "__main__":
    main()
