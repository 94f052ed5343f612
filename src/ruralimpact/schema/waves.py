"""The order of survey waves."""


def wave_key(wave: str) -> tuple[int, float, str]:
    """Return what waves are ordered by: their number, else their name; numbers before words."""
    try:
        return (0, float(wave), wave)
    except ValueError:
        return (1, 0.0, wave)


def ending_of(wave: str) -> str:
    """Return a wave as the end of a name."""
    return "".join(letter if letter.isalnum() else "_" for letter in wave.lower())
