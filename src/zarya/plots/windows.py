"""Plots of launch windows: calendar, phase of a month with reboosts, price beside the instant, computed against flown.

>>> draw_all(launch_windows(...), reboosts, price)
"""

import calendar as days
import math
from collections.abc import Sequence
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from zarya.gnc.schemes import ALL_SCHEMES, schemes_named
from zarya.plots.style import DIM, MARK, SHIP, STATION, STYLE
from zarya.studies.station.reboosts import Reboost
from zarya.time import Epoch
from zarya.units import DAY, DEG

type Rows = Sequence[dict[str, Any]]

COLOURS: Final = {"1-orbit": SHIP, "2-orbit": "#e08e2b", "4-orbit": STATION, "34-orbit": MARK}
_UNKNOWN: Final = "phase unknown"
_PALE: Final = 0.25
_CLOSED: Final[Any] = {"color": DIM, "mfc": "white", "zorder": 3}
_MARKERS: Final = {"2-orbit": "o", "4-orbit": "s", "34-orbit": "^"}
_PROGRAMMES: Final = {
    "soyuz-2.1a-crew": SHIP, "soyuz-2.1a-cargo": "#e08e2b", "soyuz-fg-crew": STATION, "soyuz-u-cargo": MARK,
}  # fmt: skip


def draw_all(rows: Rows, reboosts: Sequence[Reboost] = (), price: dict[str, Any] | None = None) -> dict[str, Figure]:
    """Every plot the rows of `launch_windows` serve, by file name.

    Parameters
    ----------
    rows : of `launch_windows`; none, no plots. reboosts : of `detect_reboosts`.
    price : `row`, the window of `prices`, which are those of `liftoff_price`.
    """
    if not rows:
        return {}
    figures = {"calendar.png": calendar(rows)}
    for month in sorted({row["liftoff_utc"][:7] for row in rows}):
        figures[f"phase_{month}.png"] = phase_plane(rows, month, reboosts)
    if price is not None:
        figures["price.png"] = liftoff_price(price["row"], price["prices"])
    return figures


def price_row(rows: Rows) -> dict[str, Any] | None:
    """The window whose price is worth a picture: feasible, else open by energy, else any; of these the fastest."""
    order = [item.name for item in ALL_SCHEMES]
    return min(
        rows,
        key=lambda row: (
            not row["feasible"],
            not row["open_by_energy"],
            order.index(row["scheme"]),
            row["liftoff_utc"],
        ),
        default=None,
    )


def calendar(rows: Rows) -> Figure:
    """One line a month, one cell a day, one bar a scheme: full where feasible, pale where open by energy only."""
    months = sorted({row["liftoff_utc"][:7] for row in rows})
    names = [item.name for item in ALL_SCHEMES if any(row["scheme"] == item.name for row in rows)]
    with_times = len(months) <= 2
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(10.0, 1.3 + len(months) * (1.0 if with_times else 0.44)), layout="constrained")
        axes = figure.subplots()
        best, first = _cells(rows)
        top, room = -0.46, 0.6 if with_times else 0.92
        height = room / len(names)
        for (month, day, name), state in best.items():
            if state:
                low = months.index(month) + top + names.index(name) * height
                axes.barh(low + 0.5 * height, 0.86, 0.84 * height, left=day - 0.43,
                          color=DIM if state == 1 else COLOURS[name], alpha=1.0 if state == 3 else _PALE)  # fmt: skip
        if with_times:
            for (month, day), clock in first.items():
                axes.text(day, months.index(month) + 0.34, clock, fontsize=6, ha="center", va="center", color="#444444")
        for number, month in enumerate(months):
            last = days.monthrange(int(month[:4]), int(month[5:]))[1]
            axes.vlines(np.arange(0.5, last + 1.0), number - 0.5, number + 0.5, color="#e3e6e8", lw=0.6)
            axes.hlines([number - 0.5, number + 0.5], 0.5, last + 0.5, color=DIM, lw=0.6)
        axes.set_yticks(range(len(months)), [f"{days.month_abbr[int(m[5:])]} {m[:4]}" for m in months])
        longest = max(days.monthrange(int(m[:4]), int(m[5:]))[1] for m in months)
        axes.set_xticks(range(1, longest + 1))
        axes.set(xlim=(0.4, longest + 0.6), ylim=(len(months) - 0.48, -0.52))
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_xlabel("day of lift-off, UTC" + (", with the time of the day's first window" if with_times else ""))
        handles = [Patch(color=COLOURS[name], label=name) for name in names]
        handles.append(Patch(color="#555555", alpha=_PALE, label="pale: open by energy only"))
        if 1 in best.values():
            handles.append(Patch(color=DIM, alpha=_PALE, label=_UNKNOWN))
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False, fontsize=8)
    return figure


def _cells(rows: Rows) -> tuple[dict[tuple[str, int, str], int], dict[tuple[str, int], str]]:
    """Best state of each month, day and scheme (3 feasible, 2 by energy, 1 phase unknown, 0 closed); first lift-offs.

    A wait beside the plane moves the two-orbit lift-off by seconds; the time is that of the first scheme of the day.
    """
    best: dict[tuple[str, int, str], int] = {}
    first: dict[tuple[str, int], str] = {}
    for row in rows:
        utc = row["liftoff_utc"]
        month, day = utc[:7], int(utc[8:10])
        state = 3 if row["feasible"] else 1 if row["why_not"].startswith(_UNKNOWN) else 2 * row["open_by_energy"]
        key = (month, day, row["scheme"])
        best[key] = max(best.get(key, 0), state)
        first.setdefault((month, day), utc[11:16])
    return best, first


def phase_plane(rows: Rows, month: str, reboosts: Sequence[Reboost] = ()) -> Figure:
    """Phase of the station at each crossing of its plane in a month, the published ranges, the burns.

    Parameters
    ----------
    month : `2023-09`. reboosts : of any span, against the velocity too; those of the month are drawn.
    """
    mine = [row for row in rows if row["liftoff_utc"].startswith(month)]
    year, number = int(month[:4]), int(month[5:7])
    last = days.monthrange(year, number)[1]
    start = _utc(f"{month}-01T00:00:00Z")
    names = [item.name for item in ALL_SCHEMES if any(row["scheme"] == item.name for row in mine)]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 5.6), layout="constrained")
        axes = figure.subplots()
        for name in names:
            _published(axes, name)
        for name in names:
            for is_open in (False, True):
                points = np.array([
                    (_day(row, start), row["phase_deg"] % 360.0, row["phase_sigma_deg"])
                    for row in mine
                    if row["scheme"] == name and row["feasible"] is is_open and row["why_not"] != _UNKNOWN
                ])  # fmt: skip
                if points.size:
                    look = {"color": COLOURS[name], "zorder": 4} if is_open else _CLOSED
                    axes.errorbar(*points.T[:2], yerr=points[:, 2], fmt="o", ms=5.0, elinewidth=0.8, **look)
        unknown = sorted({math.floor(_day(row, start)) for row in mine if row["why_not"] == _UNKNOWN})
        for whole in unknown:
            axes.axvspan(whole, whole + 1.0, color=DIM, alpha=_PALE, lw=0, zorder=0)
        marks = [item for item in reboosts if 0.0 <= item.epoch - start < last * DAY]
        for row, burn in enumerate(marks):
            day = (burn.epoch - start) / DAY + 1.0
            axes.axvline(day, color="black", lw=0.9, ls="--", zorder=1)
            axes.text(day, 1.01 + 0.035 * (row % 2), f"{burn.delta_v_m_s:+.2f} m/s", fontsize=7, ha="center",
                      va="bottom", transform=axes.get_xaxis_transform())  # fmt: skip
        axes.set(xlim=(0.8, last + 1.2), ylim=(-8.0, 368.0), ylabel="station ahead at insertion, deg")
        axes.set_xlabel(f"day of {days.month_name[number]} {year}, UTC")
        axes.set_xticks(range(1, last + 1, 2))
        axes.set_yticks(range(0, 361, 30))
        handles: list[Line2D | Patch] = [
            Line2D([], [], marker="o", ls="none", color=COLOURS[name], label=f"{name} feasible") for name in names
        ]
        handles.append(Line2D([], [], marker="o", ls="none", mfc="white", mec=DIM, label="closed (bars: 1 sigma)"))
        if unknown:
            handles.append(Patch(color=DIM, alpha=_PALE, label=_UNKNOWN))
        if marks:
            handles.append(Line2D([], [], color="black", lw=0.9, ls="--", label="burn found"))
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False, fontsize=8)
    return figure


def _published(axes: Axes, name: str) -> None:
    """The published range of a scheme as a band, the part past a turn folded back."""
    scheme = schemes_named(name)[0]
    low, width = scheme.published_from_rad / DEG, scheme.published_width_rad / DEG
    for turn in (0.0, 360.0):
        if low + width > turn and low < turn + 360.0:
            axes.axhspan(max(low - turn, 0.0), min(low + width - turn, 360.0), color=COLOURS[name], alpha=0.13, lw=0)


def liftoff_price(row: dict[str, Any], prices: dict[str, Any]) -> Figure:
    """What a lift-off beside the instant of one window costs the ship, or the launcher in its place.

    Parameters
    ----------
    row : the window. prices : of `zarya.studies.windows.liftoff_price`.
    """
    offset, phase = prices["offset_s"], prices["phase_deg"]
    low, high = row["published_window_deg"]
    is_open = (phase - low) % 360.0 <= high - low
    sigma = row["liftoff_sigma_s"]
    lines = [
        ("ship takes the plane out:\nimpulse to the aim, m/s", prices["delta_v_m_s"], SHIP),
        ("its propellant\nmargin, kg", prices["propellant_margin_kg"], SHIP),
        ("launcher steers instead:\npayload lost, kg", prices["launcher_kg"], STATION),
        ("station ahead at\ninsertion, deg", phase, MARK),
    ]
    lines = [line for line in lines if np.all(np.isfinite(line[1]))]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 2.0 * len(lines) + 0.6), layout="constrained")
        axes = figure.subplots(len(lines), 1, sharex=True)
        for one, (label, values, colour) in zip(axes, lines, strict=True):
            one.plot(offset, values, color=colour, lw=1.5)
            one.axvline(0.0, color="black", lw=0.9, ls="--")
            one.set_ylabel(label)
            one.fill_between(offset, 0.0, 1.0, where=is_open, color=MARK, alpha=0.10, lw=0,
                             transform=one.get_xaxis_transform())  # fmt: skip
            one.axvspan(-sigma, sigma, color="black", alpha=0.15, lw=0)
        axes[-1].set_xlabel(f"seconds after {row['liftoff_utc']}")
        handles = [
            Line2D([], [], color="black", lw=0.9, ls="--", label="lift-off of the window"),
            Patch(color="black", alpha=0.15, label=f"1 sigma, {sigma:.1f} s"),
        ]
        if np.any(is_open):
            handles.append(Patch(color=MARK, alpha=0.10, label="phase in the published range"))
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=8)
        figure.suptitle(
            f"{row['scheme']} window of {row['liftoff_utc'][:10]}: price of the second of lift-off (computed)"
        )
    return figure


def validation(report: dict[str, Any]) -> Figure:
    """Lift-offs computed against flown: errors by date, time of day, share of flights within an error.

    Parameters
    ----------
    report : of `zarya.studies.windows.validation.validate`.
    """
    rows = report["rows"]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 7.2), layout="constrained")
        axes = figure.subplot_mosaic([["errors", "errors"], ["hours", "share"]], height_ratios=(1.15, 1.0))
        _errors_by_date(axes["errors"], rows)
        _hours(axes["hours"], rows)
        _share(axes["share"], rows)
        figure.suptitle(f"Lift-offs computed from the element set of the day against {len(rows)} flown")
    return figure


def _errors_by_date(axes: Axes, rows: Rows) -> None:
    axes.axhspan(-1.5, 1.5, color=DIM, alpha=0.25, lw=0)
    axes.axhline(0.0, color=DIM, lw=0.8)
    for row in rows:
        colour = _PROGRAMMES.get(row["programme"], "black")
        axes.plot(_year(row["liftoff_flown_utc"]), row["error_s"], _MARKERS[row["scheme"]], ms=6, mec=colour,
                  mfc=colour if row["second"] == "sourced" else "white")  # fmt: skip
        if abs(row["error_s"]) > 3.5:
            axes.annotate(row["flight"], (_year(row["liftoff_flown_utc"]), row["error_s"]), xytext=(7, -3),
                          textcoords="offset points", fontsize=7)  # fmt: skip
    size = math.ceil(max(6.0, *(abs(row["error_s"]) for row in rows)) + 0.5)
    axes.set(ylim=(-size, size), xlabel="year of flight", ylabel="lift-off, computed minus flown, s")
    handles = [
        *(Line2D([], [], marker="o", ls="none", color=c, label=name) for name, c in _PROGRAMMES.items()),
        *(Line2D([], [], marker=m, ls="none", color="#555555", label=name) for name, m in _MARKERS.items()),
        Line2D([], [], marker="o", ls="none", mec="#555555", mfc="white", label="flown second from memory"),
        Patch(color=DIM, alpha=0.25, label="1.5 s either side"),
    ]
    axes.figure.legend(handles=handles, loc="outside lower center", ncols=5, frameon=False, fontsize=8)


def _hours(axes: Axes, rows: Rows) -> None:
    for row in rows:
        flown, found = (_hour(row[key]) for key in ("liftoff_flown_utc", "liftoff_utc"))
        axes.plot(flown, found, _MARKERS[row["scheme"]], ms=4.5, color=_PROGRAMMES.get(row["programme"], "black"))
    axes.axline((0.0, 0.0), slope=1.0, color=DIM, lw=0.8, zorder=1)
    axes.set(xlim=(0, 24), ylim=(0, 24), xlabel="flown, hour of the day UTC", ylabel="computed, hour of the day UTC")
    axes.set_xticks(range(0, 25, 6))
    axes.set_yticks(range(0, 25, 6))


def _share(axes: Axes, rows: Rows) -> None:
    """Share of flights whose error is at most x, by scheme."""
    for name, colour in (("all", "black"), *((name, COLOURS[name]) for name in _MARKERS)):
        size = np.sort([abs(row["error_s"]) for row in rows if name in ("all", row["scheme"])])
        if size.size:
            share = np.arange(1, size.size + 1) / size.size * 100.0
            axes.step(np.concatenate([[0.0], size]), np.concatenate([[0.0], share]), where="post", color=colour,
                      lw=2.0 if name == "all" else 1.1, label=f"{name} ({size.size})")  # fmt: skip
    axes.plot([1.5, 5.0], [50.0, 90.0], "x", color="black", ms=7, mew=1.6, label="wanted of all")
    axes.set(xlim=(0.0, None), ylim=(0.0, 102.0), xlabel="error of the lift-off, s", ylabel="flights within it, %")
    axes.legend(loc="lower right", frameon=False, fontsize=8)


def _utc(text: str) -> Epoch:
    return Epoch.from_iso(text, scale="utc")


def _day(row: dict[str, Any], start: Epoch) -> float:
    """Day of the month, with the part of the day; 1 is midnight of the first."""
    return (_utc(row["liftoff_utc"]) - start) / DAY + 1.0


def _hour(text: str) -> float:
    return int(text[11:13]) + int(text[14:16]) / 60.0 + float(text[17:].rstrip("Z")) / 3600.0


def _year(text: str) -> float:
    return (_utc(text) - _utc("2000-01-01T00:00:00Z")) / (365.25 * DAY) + 2000.0
