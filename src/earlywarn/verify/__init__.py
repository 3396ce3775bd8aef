"""Whether a finished score run keeps its promise, file by file and row by row."""
