"""Names as they are searched: without accents, capitals and marks, so that ``Lucia`` finds Lucía."""

import unicodedata


def folded(text: str) -> str:
    """Give a text for comparison alone.

    >>> folded("Lucía PRADO-Ørsted")
    'lucia prado-orsted'
    """
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_ALIKE))
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


_ALIKE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that Unicode does not take apart."""
