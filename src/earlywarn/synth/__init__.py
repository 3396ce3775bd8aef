"""A made-up state of any size, said to be made up on everything that shows it."""
