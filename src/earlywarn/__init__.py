"""earlywarn: who may miss the common standard without extra support, why, and how often that is right."""

__version__ = "0.1.0"
