"""From judged rows to the files of a score run, block by block."""
