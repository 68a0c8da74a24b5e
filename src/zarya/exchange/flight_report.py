"""A flight in the words of the contract, in km, degrees and UTC: the JSON document and the trajectory table."""

import math
from typing import Any

import polars as pl

from zarya.exchange.home_report import home_document
from zarya.flight.descent.zone_wind import wind_said
from zarya.mission.result import Burn, Flight, FlightEvent
from zarya.units import DEG, KM


def document(flight: Flight, files: list[str] | None = None) -> dict[str, Any]:
    """The `--json` document of `zarya fly`, keys as in the contract."""
    per_phase: dict[str, dict[str, float]] = {}
    for burn in flight.burns:
        total = per_phase.setdefault(burn.phase, {"delta_v_m_s": 0.0, "propellant_kg": 0.0})
        total["delta_v_m_s"] += burn.delta_v_m_s
        total["propellant_kg"] += burn.propellant_kg
    return {
        "mission": flight.scenario.name,
        "outcome": flight.outcome,
        "liftoff": _lift(flight),
        "events": [_event(flight, event) for event in flight.events],
        "burns": [_burn(flight, burn) for burn in flight.burns],
        "burn_totals": {
            phase: {key: round(value, 3) for key, value in total.items()} for phase, total in per_phase.items()
        },
        "insertion": _insertion(flight),
        "docking": _docking(flight),
        **home_document(flight),
        "propellant": {
            "loaded_kg": round(flight.propellant.loaded_kg, 2),
            "used_kg": {key: round(value, 2) for key, value in flight.propellant.used_kg.items()},
            "deorbit_reserve_kg": round(flight.propellant.deorbit_reserve_kg, 2),
            "margin_kg": round(flight.propellant.margin_kg, 2),
        },
        "impacts": {
            name: {"lat_deg": lat / DEG, "lon_deg": lon / DEG, "downrange_km": downrange / KM}
            for name, (lat, lon, downrange) in flight.impacts.items()
        },
        "coverage": {name: list(seen) for name, seen in flight.coverage.items()},
        "figures": {key: value for key, value in flight.figures.items() if math.isfinite(value)},
        "notes": list(flight.notes),
        "files": files or [],
    }


def trajectory_table(flight: Flight) -> pl.DataFrame:
    """Ship and station, pad to contact and undocking to landing: GCRF, km and km/s, seconds after lift-off."""
    parts = []
    tracks = [("ship", flight.ship), ("station", flight.station)]
    if flight.home is not None:
        tracks += [("ship", flight.home.ship), ("station", flight.home.station)]
    for body, track in tracks:
        columns: dict[str, Any] = {"body": [body] * track.t_s.size, "met_s": track.t_s}
        for k, axis in enumerate("xyz"):
            columns[f"{axis}_gcrf_km"] = track.r_gcrf[:, k] / KM
        for k, axis in enumerate("xyz"):
            columns[f"v{axis}_gcrf_km_s"] = track.v_gcrf[:, k] / KM
        columns["mass_kg"] = track.mass_kg
        parts.append(pl.DataFrame(columns))
    return pl.concat(parts)


def _lift(flight: Flight) -> dict[str, Any]:
    lift = flight.lift
    return {
        "utc": flight.epoch.iso(),
        "computed_utc": lift.computed.iso(),
        "sigma_s": round(lift.sigma_s, 2),
        "lead_s": round(lift.lead_s, 2),
        "lead_source": lift.lead_source,
        "plane_offset_s": round(lift.plane_offset_s, 3),
        "element_set_epoch_utc": lift.element_set_epoch.iso(),
        "element_set_age_h": round(lift.age_s / 3600.0, 3),
        "station_fit_rms_m": round(lift.station_rms_m, 2),
        "phase_sigma_deg": round(lift.phase_sigma_rad / DEG, 3),
        "wind": wind_said(flight.scenario.wind, flight.scenario.table.launch.wind),
        "notes": list(lift.notes),
    }


def _event(flight: Flight, event: FlightEvent) -> dict[str, Any]:
    flown = event.flown
    return {
        "name": event.name,
        "utc": flight.utc(event.t_s),
        "met_s": round(event.t_s, 3),
        "origin": "commanded" if event.is_commanded else "computed",
        "as_flown_utc": None if flown is None else flown.epoch.iso(),
        "as_flown_grade": None if flown is None else flown.grade,
        "difference_s": None if flown is None else round(flight.epoch + event.t_s - flown.epoch, 3),
    }


def _burn(flight: Flight, burn: Burn) -> dict[str, Any]:
    return {
        "name": burn.name,
        "phase": burn.phase,
        "utc": flight.utc(burn.t_s),
        "met_s": round(burn.t_s, 3),
        "delta_v_m_s": round(burn.delta_v_m_s, 4),
        "duration_s": round(burn.duration_s, 3),
        "propellant_kg": round(burn.propellant_kg, 3),
        "delta_v_lvlh_m_s": [round(part, 4) for part in burn.dv_lvlh_m_s],
    }


def _insertion(flight: Flight) -> dict[str, Any] | None:
    orbit = flight.insertion
    if orbit is None:
        return None
    return {
        "perigee_km": round(orbit.perigee_m / KM, 3),
        "apogee_km": round(orbit.apogee_m / KM, 3),
        "inclination_mean_deg": round(orbit.inclination_mean_rad / DEG, 5),
        "period_min": round(orbit.period_s / 60.0, 4),
        "raan_mean_deg": round(orbit.raan_mean_rad / DEG, 5),
        "phase_deg": round(orbit.phase_rad / DEG, 4),
        "phase_sigma_deg": round(flight.lift.phase_sigma_rad / DEG, 3),
    }


def _docking(flight: Flight) -> dict[str, Any] | None:
    docking = flight.docking
    if docking is None:
        return None
    return {
        "utc": flight.utc(docking.t_s),
        "port": docking.port,
        "axial_m_s": round(docking.axial_m_s, 4),
        "lateral_m": round(docking.lateral_m, 4),
        "lateral_m_s": round(docking.lateral_m_s, 4),
        "inside_limits": docking.is_inside_limits,
    }
