"""The app's name and label."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The desk."""

    name = "earlywarn.review"
    label = "review"
    verbose_name = "Desk"
