import pytest

from zarya.errors import CoverageError, InputError
from zarya.time import SCALES, Epoch

NANOSECOND = 1e-9


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("text", ["2016-12-31T23:59:60.250Z", "1999-01-01T00:00:00Z", "2023-09-15T15:44:35.417Z"])
def test_every_scale_reads_back_what_it_wrote(text: str, scale: str) -> None:
    epoch = Epoch.from_iso(text)
    assert abs(Epoch.from_iso(epoch.iso(scale, 12), scale) - epoch) < NANOSECOND
    assert abs(Epoch.from_jd(*epoch.jd(scale), scale) - epoch) < NANOSECOND


def test_day_of_year_is_the_same_instant() -> None:
    assert Epoch.from_iso("2023-258T15:44:35.417") == Epoch.from_iso("2023-09-15T15:44:35.417Z")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-09-15T15:44:59.9995001Z", "2023-09-15T15:45:00.000Z"),
        ("2016-12-31T23:59:59.9996Z", "2016-12-31T23:59:60.000Z"),
        ("2016-12-31T23:59:60.9996Z", "2017-01-01T00:00:00.000Z"),
        ("2022-12-31T23:59:59.9996Z", "2023-01-01T00:00:00.000Z"),
    ],
)
def test_rounding_carries(text: str, expected: str) -> None:
    assert Epoch.from_iso(text).iso() == expected


def test_leap_second_lasts_one_second() -> None:
    assert Epoch.from_iso("2017-01-01T00:00:00Z") - Epoch.from_iso("2016-12-31T23:59:59Z") == 2.0
    assert Epoch.from_iso("2016-12-31T23:59:60.5Z").to_utc_calendar().second == 60.5


def test_tai_origin_and_offsets() -> None:
    assert Epoch.from_iso("2000-01-01T12:00:00", "tai") == Epoch(0)
    assert Epoch.from_iso("2023-09-15T00:00:00Z").iso("tt") == "2023-09-15T00:01:09.184"


@pytest.mark.parametrize(
    "text",
    ["1971-12-31T23:59:59Z", "2023-02-29T00:00:00Z", "2023-366T00:00:00Z", "2023-000T00:00:00Z", "2022-12-31T23:59:60Z",
     "2016-12-31T22:59:60Z", "2023-09-15T24:00:00Z", "tomorrow"],
)  # fmt: skip
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Epoch.from_iso(text)


def test_ut1_beyond_the_data_is_refused() -> None:
    with pytest.raises(CoverageError, match="Earth orientation"):
        Epoch.from_iso("2060-01-01T00:00:00Z").jd("ut1")


def test_decades_keep_nanoseconds() -> None:
    start = Epoch.from_iso("1975-01-01T00:00:00.000000001Z")
    assert (start + 1.5e9).fraction_s == start.fraction_s
    assert abs((start + 0.25) - start - 0.25) < 1e-15
