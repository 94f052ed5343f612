"""The one order of survey waves."""

from collections.abc import Sequence

from ruralimpact.errors import ConfigError


def wave_key(wave: str) -> tuple[int, float, str]:
    """Return what waves are ordered by: their number, else their name; numbers before words."""
    try:
        return (0, float(wave), wave)
    except ValueError:
        return (1, 0.0, wave)


def ending_of(wave: str) -> str:
    """Return a wave as the end of a name."""
    return "".join(letter if letter.isalnum() else "_" for letter in wave.lower())


def places_in_time(waves: Sequence[str]) -> list[int]:
    """Return the place of each wave among those that there are, from 1, in the order of time.

    Parameters
    ----------
    waves : sequence of str

    Raises
    ------
    ConfigError
        A wave is no number, so that nothing says when it was.
    """
    words = sorted(wave for wave in set(waves) if wave_key(wave)[0])
    if words:
        problem = (
            f"the wave '{words[0]}' is no number, so it cannot be told which waves come first."
        )
        raise ConfigError(f"{problem} Call waves by their year or their number.", key="wave")
    order = {
        wave: position for position, wave in enumerate(sorted(set(waves), key=wave_key), start=1)
    }
    return [order[wave] for wave in waves]
