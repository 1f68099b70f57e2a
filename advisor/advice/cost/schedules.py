"""How often a schedule fires in a month, from its `rate(…)` or `cron(…)`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

HOURS = 730
"""Hours of a month: a twelfth of 365 days."""
_RATE = re.compile(r"rate\(\s*(\d{1,9})\s+(minute|hour|day)s?\s*\)\Z")
_CRON = re.compile(r"cron\(([^()]{1,200})\)\Z")
_PER_HOUR = {"minute": Decimal(60), "hour": Decimal(1), "day": Decimal(1) / 24}
_FIRST, _YEARS = date(2025, 1, 1), 3
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_MOST_PARTS = 60


def per_month(expression: str) -> Decimal | None:
    """Return how often an expression fires in a month; None where that cannot be told.

    A cron expression is counted over three years of 365 days, whatever its year.
    """
    text = expression.strip()
    rate = _RATE.match(text)
    if rate is not None and int(rate[1]):
        return HOURS * _PER_HOUR[rate[2]] / int(rate[1])
    cron = _CRON.match(text)
    fields = cron[1].split() if cron is not None else []
    if len(fields) != 6 or fields[5] != "*":
        return None
    minutes = _values(fields[0], 0, 59)
    hours = _values(fields[1], 0, 23)
    months = _values(fields[3], 1, 12, names=_MONTHS)
    if minutes is None or hours is None or months is None:
        return None
    days = 0
    for offset in range(365 * _YEARS):
        day = _FIRST + timedelta(offset)
        fires = _day_fires(day, fields[2], fields[4])
        if fires is None:
            return None
        days += fires and day.month in months
    return Decimal(days * len(minutes) * len(hours)) / (12 * _YEARS)


def _day_fires(day: date, of_month: str, of_week: str) -> bool | None:
    """Tell whether a day is one of those that are asked for; one of the two fields is `?`."""
    if of_week in {"?", "*"}:
        return True if of_month in {"?", "*"} else _in_month(day, of_month.upper())
    if of_month not in {"?", "*"}:
        return None
    return _in_week(day, of_week.upper())


def _in_month(day: date, text: str) -> bool | None:
    last = (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
    if text == "L":
        return day == last
    if text == "LW":
        return day == _nearest_weekday(last)
    if text.endswith("W") and text[:-1].isdecimal() and 0 < int(text[:-1]) <= last.day:
        return day == _nearest_weekday(day.replace(day=int(text[:-1])))
    found = _values(text, 1, 31)
    return None if found is None else day.day in found


def _nearest_weekday(day: date) -> date:
    if day.weekday() == 5:
        return day - timedelta(1) if day.day > 1 else day + timedelta(2)
    if day.weekday() == 6:
        following = day + timedelta(1)
        return following if following.month == day.month else day - timedelta(2)
    return day


def _in_week(day: date, text: str) -> bool | None:
    number = day.isoweekday() % 7 + 1
    if "#" in text:
        which, _, nth = text.partition("#")
        found = _values(which, 1, 7, names=_DAYS)
        if found is None or not nth.isdecimal():
            return None
        return number in found and (day.day - 1) // 7 + 1 == int(nth)
    if text.endswith("L") and len(text) > 1:
        found = _values(text[:-1], 1, 7, names=_DAYS)
        if found is None:
            return None
        return number in found and (day + timedelta(7)).month != day.month
    found = _values("7" if text == "L" else text, 1, 7, names=_DAYS)
    return None if found is None else number in found


def _values(text: str, low: int, high: int, *, names: list[str] | None = None) -> set[int] | None:
    """Return what a field of a cron expression stands for; None where it cannot be read."""
    found: set[int] = set()
    parts = text.upper().split(",")
    if len(parts) > _MOST_PARTS:
        return None
    for part in parts:
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span in {"*", "?"}:
            start, end = low, high
        else:
            begin, finish = _number(first, low, names), _number(last, low, names)
            if begin is None or (dash and finish is None):
                return None
            start = begin
            end = finish if dash and finish is not None else high if slash else begin
        if slash and not (step.isdecimal() and len(step) < 5 and int(step)):
            return None
        if not low <= start <= high or not low <= end <= high:
            return None
        numbers = range(start, end + 1)
        if end < start:  # round the end, such as FRI-MON
            numbers = range(start, end + 1 + high - low + 1)
        found.update(
            (number - low) % (high - low + 1) + low for number in numbers[:: int(step or 1)]
        )
    return found


def _number(text: str, low: int, names: list[str] | None) -> int | None:
    if names is not None and text in names:
        return names.index(text) + low
    return int(text) if text.isdecimal() and len(text) < 5 else None


__all__ = ["HOURS", "per_month"]
