"""Pictures of a descent say what they were given."""

import numpy as np

from zarya.plots.descent import HISTORY, ground_track, profile


def test_profile_draws_every_quantity_and_names_every_event_that_happened() -> None:
    t = np.linspace(0.0, 1_500.0, 60)
    history = {name: np.linspace(1.0, 2.0, 60) for name in HISTORY} | {"t_s": t}
    figure = profile(history, {"landing": 1_500.0, "module_separation": 60.0, "main_parachute": np.inf}, "Soyuz")
    assert [axes.get_ylabel() for axes in figure.axes] == ["height, km", "airspeed, m/s", "load, g",
                                                           "heat flux, kW/m$^2$"]  # fmt: skip
    assert [text.get_text() for text in figure.axes[0].texts] == ["module separation", "landing"]
    assert figure.axes[-1].get_xlabel() == "minutes after module separation"
    minutes = figure.axes[0].lines[0].get_xdata()
    assert np.allclose(np.asarray(minutes), (t - 60.0) / 60.0)


def test_ground_track_runs_on_over_the_date_line() -> None:
    longitude = (np.linspace(-230.0, -100.0, 90) + 180.0) % 360.0 - 180.0
    figure = ground_track(
        np.linspace(-40.0, 40.0, 90), longitude, {"ignition": (-40.0, 130.0), "landing": (40.0, -100.0)}
    )
    axes = figure.axes[0]
    track = max(axes.lines, key=lambda line: line.get_zorder() == 3)
    drawn = np.asarray(track.get_xdata(), dtype=float)
    assert np.max(np.abs(np.diff(drawn))) < 5.0
    low, high = axes.get_xlim()
    assert low < drawn.min() < drawn.max() < high
    places = [text.xy for text in axes.texts]
    assert places == [(-230.0, -40.0), (-100.0, 40.0)]
