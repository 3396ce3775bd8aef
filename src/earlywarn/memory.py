"""What becomes of freed memory, by the C library: kept for the next block, or given back; others are left alone."""

import ctypes

_TRIM, _MMAP, _ARENAS = -1, -3, -8
"""M_TRIM_THRESHOLD, M_MMAP_THRESHOLD and M_ARENA_MAX of glibc's mallopt(3)."""


def keep_freed_memory() -> None:
    """Keep what a block gave up for the next one, and share it among threads.

    Otherwise glibc hands every block's memory back to the system and takes it anew, page by page,
    which costs a large score run CPU time.
    """
    for setting, value in ((_ARENAS, 1), (_MMAP, 64 << 20), (_TRIM, 256 << 20)):
        _call("mallopt", setting, value)


def give_back_memory() -> None:
    """Give freed memory back to the system, once what is left to do needs little."""
    _call("malloc_trim", 0)


def _call(name: str, *values: int) -> None:
    try:
        getattr(ctypes.CDLL(None), name)(*values)
    except (AttributeError, OSError, TypeError):
        return
