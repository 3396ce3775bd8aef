"""The door: roster files judged once, groups parted from features."""
