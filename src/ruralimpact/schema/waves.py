"""The one order of survey waves."""

import re
from collections.abc import Iterable, Sequence

from ruralimpact.errors import ConfigError
from ruralimpact.suggestions import nearest

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")


def wave_text(wave: object) -> str:
    """Return a wave as text in the one form that waves are compared in: ``2012.0`` is ``2012``.

    Parameters
    ----------
    wave : int, float or str
    """
    text = str(wave).strip()
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    return str(int(number)) if number.is_integer() else repr(number)


def wave_key(wave: str, order: Sequence[str] = ()) -> tuple[int, float, str]:
    """Return what waves are ordered by.

    Parameters
    ----------
    wave : str
    order : sequence of str
        Waves from the first to the last, where the study declares them (``wave_order``).

    Returns
    -------
    tuple
        Its place in the order that is declared. Without one its number, else its name; numbers before words.

    Raises
    ------
    ConfigError
        An order is declared and the wave is not in it.
    """
    if order:
        if wave not in order:
            problem = f"the wave '{wave}' is not among them. {nearest(wave, order)}"
            raise ConfigError(problem, key="wave_order")
        return (0, float(order.index(wave)), wave)
    return (0, float(wave), wave) if _NUMBER.fullmatch(wave) else (1, 0.0, wave)


def in_order(waves: Iterable[str], order: Sequence[str] = ()) -> list[str]:
    """Return waves, each once, from the first to the last.

    Parameters
    ----------
    waves : iterable of str
    order : sequence of str
        As in `wave_key`.

    Returns
    -------
    list of str
    """
    return sorted(set(waves), key=lambda wave: wave_key(wave, order))


def refuse_unordered(waves: Iterable[str], order: Sequence[str] = ()) -> None:
    """Refuse several waves of which it cannot be told which come first.

    Parameters
    ----------
    waves : iterable of str
    order : sequence of str
        As in `wave_key`.

    Raises
    ------
    ConfigError
        A wave is no number, and no order is declared; or it is not in the order.
    """
    distinct = set(waves)
    words = sorted(wave for wave in distinct if wave_key(wave, order)[0])
    if words and len(distinct) > 1:
        problem = (
            f"the wave '{words[0]}' is no number, so it cannot be told which waves come first."
        )
        raise ConfigError(
            f"{problem} List them under `wave_order`, the first one first.", key="wave_order"
        )


def not_later(before: Iterable[str], after: Iterable[str], order: Sequence[str] = ()) -> str | None:
    """Return what is wrong where waves after do not come later than waves before.

    Parameters
    ----------
    before, after : iterable of str
        At least one wave each.
    order : sequence of str
        As in `wave_key`.

    Returns
    -------
    str or None
        None also where it cannot be told, see `refuse_unordered`.
    """
    last, first = in_order(before, order)[-1], in_order(after, order)[0]
    known = wave_key(last, order)[0] == wave_key(first, order)[0] == 0
    if known and wave_key(first, order) <= wave_key(last, order):
        return f"wave {first} of `after` is not later than wave {last} of `before`."
    return None


def ending_of(wave: str) -> str:
    """Return a wave as the end of a name."""
    return "".join(letter if letter.isalnum() else "_" for letter in wave.lower())


def places_in_time(waves: Sequence[str], order: Sequence[str] = ()) -> list[int]:
    """Return the place of each wave among those that there are, from 1, in the order of time.

    Parameters
    ----------
    waves : sequence of str
    order : sequence of str
        As in `wave_key`.

    Raises
    ------
    ConfigError
        A wave is no number, and no order is declared.
    """
    refuse_unordered(waves, order)
    places = {wave: position for position, wave in enumerate(in_order(waves, order), start=1)}
    return [places[wave] for wave in waves]
