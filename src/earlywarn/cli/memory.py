"""How freed memory is kept for the next block: a setting of the C library, for commands that read large files."""

import ctypes

_TRIM, _MMAP, _ARENAS = -1, -3, -8
"""M_TRIM_THRESHOLD, M_MMAP_THRESHOLD and M_ARENA_MAX of glibc's mallopt(3)."""


def keep_freed_memory() -> None:
    """Keep what a block gave up for the next one, and share it among threads; other C libraries are left alone.

    Otherwise glibc hands every block's memory back to the system and takes it anew, page by page: an eighth of the
    CPU time of a large score run, measured by ``python -m bench scoring``.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for setting, value in ((_ARENAS, 1), (_MMAP, 64 << 20), (_TRIM, 256 << 20)):
        mallopt(setting, value)
