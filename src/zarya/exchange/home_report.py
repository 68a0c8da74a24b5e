"""The way home of a flight in km, degrees and UTC: keys `crew`, `stay`, `departure`, `landing` of the JSON document."""

from typing import Any

from zarya.flight.descent.zone_wind import wind_said
from zarya.mission.result import Ballistic, Departure, Flight, Home, Landing
from zarya.units import DAY, DEG, HOUR, KM


def home_document(flight: Flight) -> dict[str, Any]:
    """What the document of `zarya fly` says of crew, stay, departure and landing; None for what was not flown."""
    home = flight.home
    crew = flight.scenario.table.crew
    return {
        "crew": {"commander": crew.commander, "members": list(crew.members), "home": list(crew.home)},
        "stay": None if home is None else _stay(home),
        "departure": None if home is None else _departure(flight, home.departure),
        "landing": None if home is None or home.landing is None else _landing(flight, home.landing),
    }


def _stay(home: Home) -> dict[str, Any]:
    return {
        "days": round(home.stay_s / DAY, 4),
        "element_set_epoch_utc": home.element_set_epoch.iso(),
        "element_set_age_h": round(home.age_s / HOUR, 3),
        "phase_sigma_deg": round(home.phase_sigma_rad / DEG, 3),
    }


def _departure(flight: Flight, departure: Departure) -> dict[str, Any]:
    return {
        "undocking_utc": flight.utc(departure.undocking_s),
        "keep_out_sphere_left_utc": flight.utc(departure.clear_s),
        "distance_at_ignition_km": round(departure.distance_m / KM, 3),
        "if_burns_fail": [
            {
                "first_burn_made": first,
                "second_burn_made": second,
                "nearest_return_in_24_h_km": round(nearest_m / KM, 4),
                "nearest_return_utc": flight.utc(at_s),
            }
            for (first, second), nearest_m, at_s in departure.failures
        ],
    }


def _landing(flight: Flight, landing: Landing) -> dict[str, Any]:
    return {
        "utc": flight.utc(landing.t_s),
        "zone": landing.zone,
        "lat_deg": round(landing.latitude_rad / DEG, 5),
        "lon_deg": round(landing.longitude_rad / DEG, 5),
        "miss_km": round(landing.miss_m / KM, 3),
        "inside_zone": landing.is_inside_zone,
        "days_since_liftoff": round(landing.t_s / DAY, 4),
        "entry_angle_deg": round(landing.entry_angle_rad / DEG, 4),
        "peak_g": round(landing.peak_load_g, 3),
        "peak_heat_kw_m2": round(landing.peak_heat_w_m2 / KM, 1),
        "heat_load_mj_m2": round(landing.heat_load_j_m2 / 1.0e6, 2),
        "sink_before_engines_m_s": round(landing.sink_m_s, 3),
        "cross_range_km": round(landing.cross_range_m / KM, 2),
        "cross_range_reach_km": [round(part / KM, 1) for part in landing.reach_m],
        "parachute_lat_deg": round(landing.parachute_rad[0] / DEG, 5),
        "parachute_lon_deg": round(landing.parachute_rad[1] / DEG, 5),
        "wind": _wind(flight, landing),
        **_ballistic(flight, landing.ballistic),
    }


def _wind(flight: Flight, landing: Landing) -> dict[str, Any]:
    """Which wind was foreseen over the zone, and how far it carried the module under the parachutes."""
    way, table = flight.scenario.home, flight.scenario.table.landing
    assert way is not None
    assert table is not None
    east, north = landing.drift_m
    drift = {"drift_east_km": round(east / KM, 2), "drift_north_km": round(north / KM, 2)}
    return wind_said(way.wind, table.wind) | drift


def _ballistic(flight: Flight, one: Ballistic | None) -> dict[str, Any]:
    return {
        "ballistic_lat_deg": one and round(one.latitude_rad / DEG, 5),
        "ballistic_lon_deg": one and round(one.longitude_rad / DEG, 5),
        "ballistic_peak_g": one and round(one.peak_load_g, 2),
        "ballistic_landing_utc": one and flight.utc(one.t_s),
        "ballistic_short_km": one and round(one.short_m / KM, 1),
    }
