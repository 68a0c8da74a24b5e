"""Soyuz MS-24 there and back: undocking after 203 days, departure, deorbit, entry and landing in Kazakhstan."""

import zarya
from zarya.units import DEG, KM


def main() -> None:
    flight = zarya.fly(zarya.load("soyuz-ms-24"))
    home = flight.home
    assert home is not None
    assert home.landing is not None
    first = home.departure.undocking_s
    for event in flight.events:
        if event.t_s >= first:
            beside = "" if event.flown is None else f"flown {event.flown.epoch.iso()[11:19]} ({event.flown.grade})"
            print(f"{flight.utc(event.t_s)[:21]}  {event.name:22s} {beside}")
    for part, nearest_m, _ in home.departure.failures:
        print(f"separation burns made {part}: nearest return in 24 h {nearest_m / KM:.2f} km")
    landing = home.landing
    print(f"landed {landing.latitude_rad / DEG:.3f} N {landing.longitude_rad / DEG:.3f} E, {landing.peak_load_g:.1f} g")
    assert flight.outcome == "landed"
    assert landing.is_inside_zone
    assert flight.propellant.margin_kg > 0.0


if __name__ == "__main__":
    main()
