"""The flight as text for people."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from zarya.cli.app import out


def print_flight(report: Mapping[str, Any]) -> None:
    """The timeline beside the real one, the burns, and the figures worth a line."""
    lift = report["liftoff"]
    out.print(f"{report['mission']}: {report['outcome']}, lift-off {lift['utc']}", style="bold", highlight=False)
    day = lift["utc"][:10]
    out.print(_timeline(report, day))
    if report["burns"]:
        out.print(_burns(report, day))
    lines = [
        *_launch_lines(report),
        *_home_lines(report),
        *_ascent_lines(report),
        *_failed_burn_lines(report),
        _propellant_line(report["propellant"]),
        *(f"note: {note}" for note in [*lift["notes"], *report["notes"]]),
        *(f"wrote {path}" for path in report["files"]),
    ]
    for line in lines:
        out.print(line, highlight=False, markup=False, soft_wrap=True)


def _timeline(report: Mapping[str, Any], day: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for name in ("event", "UTC", "met, s", "origin", "flown", "grade", "diff, s"):
        table.add_column(name, no_wrap=True)
    for event in report["events"]:
        difference = event["difference_s"]
        table.add_row(
            event["name"],
            _when(event["utc"], day),
            _met(event["met_s"]),
            event["origin"],
            _when(event["as_flown_utc"] or "", day),
            event["as_flown_grade"] or "",
            "" if difference is None else f"{difference:+.1f}",
        )
    return table


def _burns(report: Mapping[str, Any], day: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for name in ("burn", "UTC", "delta-v, m/s", "lasts, s", "propellant, kg"):
        table.add_column(name, no_wrap=True)
    table.add_column("heard by", overflow="fold")
    for burn in report["burns"]:
        table.add_row(
            burn["name"],
            _when(burn["utc"], day),
            f"{burn['delta_v_m_s']:.2f}",
            f"{burn['duration_s']:.1f}",
            f"{burn['propellant_kg']:.1f}",
            ", ".join(report["coverage"].get(burn["name"], ())) or "nobody",
        )
    return table


def _launch_lines(report: Mapping[str, Any]) -> list[str]:
    """Lift-off, insertion and contact in words."""
    lift, orbit, docking = report["liftoff"], report["insertion"], report["docking"]
    lines = [
        f"lift-off computed {lift['computed_utc']} (1 sigma {lift['sigma_s']} s), lead {lift['lead_s']} s: "
        f"{lift['lead_source']}; element set {lift['element_set_age_h']:.1f} h old, "
        f"fitted to {lift['station_fit_rms_m']:.0f} m"
    ]
    if orbit is not None:
        lines.append(
            f"insertion {orbit['perigee_km']:.1f} x {orbit['apogee_km']:.1f} km, "
            f"{orbit['inclination_mean_deg']:.3f} deg mean, {orbit['period_min']:.2f} min, "
            f"phase {orbit['phase_deg']:.2f} deg"
        )
    if docking is not None:
        lines.append(
            f"contact at {docking['port']}: {docking['axial_m_s']:.3f} m/s, {docking['lateral_m']:.3f} m off the axis, "
            f"{docking['lateral_m_s']:.3f} m/s across; inside limits: {'yes' if docking['inside_limits'] else 'no'}"
        )
    return lines


def _ascent_lines(report: Mapping[str, Any]) -> list[str]:
    """Where the delta-v of the ascent goes, and what was studied of it."""
    lines = []
    figures = report["figures"]
    if "optimum_lead_s" in figures:
        left = {key: value for key, value in figures.items() if key.startswith("propellant_left_at_lead")}
        lines.append(
            f"lead of the minimum-propellant ascent {figures['optimum_lead_s']:.1f} s; third stage left, kg: "
            + ", ".join(f"{key.split('_')[4]} s {value:.1f}" for key, value in left.items())
        )
    if "ascent_ideal_m_s" in figures:
        names = ("ideal", "back_pressure", "steering", "drag", "gravity")
        budget = ", ".join(f"{name.replace('_', '-')} {figures[f'ascent_{name}_m_s']:.0f}" for name in names)
        lines.append(
            f"ascent m/s: {budget}; max q {figures['max_dynamic_pressure_kpa']:.1f} kPa, "
            f"{figures['max_axial_g']:.2f} g; third stage left {figures['third_stage_propellant_left_kg']:.0f} kg"
        )
    if rows := report.get("third_stage_cutoff_sensitivity"):
        spread = sum(row["cutoff_s"] ** 2 for row in rows) ** 0.5
        worst = ", ".join(f"{row['quantity']} {row['cutoff_s']:+.2f}" for row in rows[:6])
        lines.append(f"third-stage cut-off moves by (s for 1 sigma): {worst}, ...; together {spread:.1f} s")
    return lines


def _failed_burn_lines(report: Mapping[str, Any]) -> list[str]:
    """Each missed or half-done burn that was followed."""
    return [
        f"phasing burn {row['burn']} {'missed' if row['made'] == 0.0 else 'cut off at half'}: nearest "
        f"{row['least_m'] / 1e3:.2f} km in 24 h, {'clear' if row['is_clear'] else 'NOT CLEAR'}"
        for row in report.get("failed_burns", ())
    ]


def _propellant_line(ledger: Mapping[str, Any]) -> str:
    used = ", ".join(f"{name} {value:.1f}" for name, value in ledger["used_kg"].items())
    return (
        f"propellant {ledger['loaded_kg']:.0f} kg loaded; used {used or 'none'}; "
        f"deorbit reserve {ledger['deorbit_reserve_kg']:.1f}; margin {ledger['margin_kg']:.1f} kg"
    )


def _when(utc: str, day: str) -> str:
    """The time of day, with the date where it is not the launch's."""
    return utc[11:21] if utc[:10] in ("", day) else f"{utc[5:10]} {utc[11:21]}"


def _met(met_s: float) -> str:
    """Seconds after lift-off; days and hours once they are long."""
    if met_s < 86400.0:
        return f"{met_s:.1f}"
    days, rest = divmod(met_s, 86400.0)
    return f"{days:.0f} d {rest // 3600:02.0f}:{rest // 60 % 60:02.0f}:{rest % 60:04.1f}"


def _home_lines(report: Mapping[str, Any]) -> list[str]:
    """Stay, departure and landing in words."""
    lines = []
    if (left := report["departure"]) is not None:
        rows = left["if_burns_fail"]
        key = "nearest_return_in_24_h_km"
        one = min(row[key] for row in rows if row["first_burn_made"] or row["second_burn_made"])
        none = min(row[key] for row in rows if not row["first_burn_made"] and not row["second_burn_made"])
        lines.append(
            f"docked {report['stay']['days']:.2f} days; out of the keep-out sphere {left['keep_out_sphere_left_utc']}, "
            f"{left['distance_at_ignition_km']:.1f} km away at the deorbit burn; nearest return in 24 h if a "
            f"separation burn fails {one:.2f} km, if both are missed {none:.2f} km"
        )
    if (landing := report["landing"]) is not None:
        low, high = landing["cross_range_reach_km"]
        lines.append(
            f"landing {landing['lat_deg']:.4f} N {landing['lon_deg']:.4f} E, {landing['miss_km']:.2f} km from the aim "
            f"of {landing['zone']}; entry {landing['entry_angle_deg']:.2f} deg, {landing['peak_g']:.2f} g, "
            f"{landing['peak_heat_kw_m2']:.0f} kW/m2; cross-range {landing['cross_range_km']:.0f} km of "
            f"{low:.0f} to {high:.0f}; {landing['sink_before_engines_m_s']:.1f} m/s before the soft-landing engines"
        )
        if landing["ballistic_short_km"] is not None:
            lines.append(
                f"without lift {landing['ballistic_lat_deg']:.4f} N {landing['ballistic_lon_deg']:.4f} E, "
                f"{landing['ballistic_short_km']:.0f} km short, {landing['ballistic_peak_g']:.2f} g; "
                "entry corridor and back-ups of the burn: zarya land"
            )
        if home := report["crew"]["home"]:
            lines.append(f"home: {', '.join(home)}")
    return lines
