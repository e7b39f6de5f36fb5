"""Due times, reminders and quiet hours, around the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.deadlines import AFTER_QUIET, QuietHours, due, lead, next_local, warned

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("Europe/Berlin", "Africa/Cairo", "America/New_York", "Asia/Kathmandu", "UTC")
    ]
)
CHANGES = (  # the nights on which Berlin, Cairo and New York move their clocks, and an ordinary one
    *(datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)),
    *(datetime(2026, 4, 23, tzinfo=UTC), datetime(2026, 10, 29, tzinfo=UTC)),
    *(datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)),
    datetime(2026, 6, 10, tzinfo=UTC),
)
MOMENTS = st.builds(
    lambda day, seconds: day + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(0, 3 * 86_400),
)
LIMITS = st.integers(30, 3 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


@st.composite
def quiet_hours(draw: st.DrawFn) -> QuietHours:
    """Quiet for one to twenty hours a day."""
    start = draw(st.integers(0, 1439))
    return QuietHours(draw(ZONES), start, (start + draw(st.integers(60, 20 * 60))) % 1440)


@given(MOMENTS, st.integers(0, 1439), ZONES)
def test_the_next_local_hour_is_soon_and_right(after: datetime, minute: int, zone: ZoneInfo) -> None:
    """It is later than `after`, within a day and an hour of clock change, and the clock shows the minute."""
    moment = next_local(after, minute, zone)
    assert after < moment <= after + timedelta(hours=26)
    local = moment.astimezone(zone)
    shown = local.hour * 60 + local.minute
    # A minute that the clock skips happens one gap later.
    assert shown == minute or shown == minute + 60, (local, minute)
    if shown != minute:
        before = (moment - timedelta(hours=1)).astimezone(zone)
        assert before.utcoffset() != local.utcoffset()


@given(MOMENTS, st.integers(0, 1439), ZONES)
def test_a_daily_hour_comes_once_a_day(after: datetime, minute: int, zone: ZoneInfo) -> None:
    """Three in a row fall on three days in a row: a summary is never doubled and never left out."""
    days = []
    for _ in range(3):
        after = next_local(after, minute, zone)
        days.append(after.astimezone(zone).date())
    assert [day - days[0] for day in days] == [timedelta(days=n) for n in range(3)]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # 02:30 is skipped
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # shown twice
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
    ],
)
def test_half_past_two_when_berlin_moves_its_clocks(after: datetime, expected: datetime) -> None:
    """A skipped time comes an hour later the same day; one that is shown twice comes once."""
    assert next_local(after, 150, BERLIN) == expected


@given(MOMENTS, quiet_hours())
def test_quiet_hours_end(moment: datetime, quiet: QuietHours) -> None:
    """Their next end is not before now, within a day, and no longer quiet."""
    end = quiet.end_after(moment)
    assert moment <= end <= moment + timedelta(hours=26)
    assert not quiet.holds(end)


def test_an_end_that_the_clock_shows_twice_is_the_second_one() -> None:
    """Quiet until 2:30 in the night in which Berlin shows it twice: nobody is woken between the two."""
    quiet = QuietHours(BERLIN, 22 * 60, 150)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    for minutes in (0, 90, 110, 179, 180):
        assert quiet.end_after(second - timedelta(minutes=minutes)) == second
    found = due(
        claimed_at=second - timedelta(hours=4), time_limit=timedelta(hours=2), deadline=None, quiet=quiet
    )
    assert found.due_at == second + AFTER_QUIET


@given(MOMENTS, LIMITS, quiet_hours())
def test_nothing_is_due_in_quiet_hours(claimed_at: datetime, limit: timedelta, quiet: QuietHours) -> None:
    """A due time in quiet hours, or whose reminder would fall into them, moves to their end and half an hour."""
    found = due(claimed_at=claimed_at, time_limit=limit, deadline=None, quiet=quiet)
    plain = claimed_at + limit
    assert found.due_at >= plain, "quiet hours never take time away"
    assert not quiet.holds(found.due_at)
    assert claimed_at <= found.remind_at <= found.due_at
    assert not quiet.holds(found.remind_at) or found.remind_at == claimed_at
    if not quiet.holds(plain) and not quiet.holds(plain - lead(limit)):
        assert found.due_at == plain
    else:
        assert found.due_at <= plain + timedelta(hours=26)


@given(MOMENTS, LIMITS, st.one_of(st.none(), quiet_hours()), st.integers(0, 4 * 86_400))
def test_nothing_is_due_after_the_deadline(
    claimed_at: datetime, limit: timedelta, quiet: QuietHours | None, seconds: int
) -> None:
    """The deadline is the latest, and cuts nothing that would be due before it."""
    deadline = claimed_at + timedelta(seconds=seconds)
    free = due(claimed_at=claimed_at, time_limit=limit, deadline=None, quiet=quiet)
    found = due(claimed_at=claimed_at, time_limit=limit, deadline=deadline, quiet=quiet)
    assert found.due_at == min(free.due_at, deadline)
    assert claimed_at <= found.remind_at <= found.due_at


@given(LIMITS)
def test_a_reminder_comes_an_hour_before_or_half_the_time(limit: timedelta) -> None:
    """Long limits give an hour, short ones half of themselves."""
    assert lead(limit) == min(timedelta(hours=1), limit / 2)


DUE = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("limit", "before", "fair"),
    [
        (timedelta(hours=5), timedelta(minutes=60), True),
        (timedelta(hours=5), timedelta(minutes=30), True),
        (timedelta(hours=5), timedelta(minutes=29, seconds=59), False),
        (timedelta(minutes=40), timedelta(minutes=10), True),
        (timedelta(minutes=40), timedelta(minutes=9), False),
    ],
)
def test_lateness_costs_only_after_a_fair_warning(limit: timedelta, before: timedelta, fair: bool) -> None:
    """A reminder must have arrived half an hour before, or a quarter of a short limit."""
    assert warned(reminded_at=DUE - before, due_at=DUE, time_limit=limit) is fair
    assert not warned(reminded_at=None, due_at=DUE, time_limit=limit)


def test_quiet_hours_move_a_night_to_the_morning() -> None:
    """Claimed at 20:00 with three hours: due at 23:00 becomes 8:30, and the reminder comes at 8:00."""
    quiet = QuietHours(BERLIN, 22 * 60, 8 * 60)
    found = due(
        claimed_at=datetime(2026, 3, 2, 19, tzinfo=UTC),
        time_limit=timedelta(hours=3),
        deadline=None,
        quiet=quiet,
    )
    assert found.remind_at == datetime(2026, 3, 3, 7, tzinfo=UTC)
    assert found.due_at == found.remind_at + AFTER_QUIET
