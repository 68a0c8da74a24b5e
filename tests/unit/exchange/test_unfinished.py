"""Rows of a run that was stopped: taken up by the same question only, and never in the way of the result."""

import polars as pl
import polars.testing
import pytest

from zarya.exchange.unfinished import Unfinished

ROWS = pl.DataFrame({"case": [0, 1], "outcome": ["docked", "orbit_not_reached"], "docking_met_s": [11485.4, None]})


@pytest.fixture
def target(tmp_path):
    return tmp_path / "cases.parquet"


def test_the_same_question_gets_its_rows_back(target):
    first = Unfinished(target, "question")
    assert first.rows() is None
    assert first.keep() == 0
    first.take(ROWS)
    found = Unfinished(target, "question").rows()
    assert found is not None
    polars.testing.assert_frame_equal(found, ROWS)
    assert not target.exists()


def test_another_question_gets_nothing(target):
    Unfinished(target, "question").take(ROWS)
    assert Unfinished(target, "another").rows() is None


def test_what_cannot_be_read_is_nothing(target):
    kept = Unfinished(target, "question")
    kept.path.write_bytes(b"not parquet")
    assert kept.rows() is None


def test_rows_between_two_writes_are_kept_when_it_stops(target):
    kept = Unfinished(target, "question")
    kept.take(ROWS.head(1))
    kept.take(ROWS)  # within five seconds: not written yet
    before = Unfinished(target, "question").rows()
    assert before is not None
    assert before.height == 1
    assert kept.keep() == 2
    after = Unfinished(target, "question").rows()
    assert after is not None
    assert after.height == 2


def test_nothing_is_left_when_it_is_done(target):
    kept = Unfinished(target, "question")
    kept.take(ROWS)
    kept.done()
    kept.done()
    assert list(target.parent.iterdir()) == []
