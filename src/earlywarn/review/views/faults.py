"""Pages of what went wrong, in plain words."""

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was open too long, or that the browser keeps no cookies."""
    return render(request, "desk/csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page, or that it is not theirs: the same words for both."""
    return render(request, "404.html", status=404)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that this account may not do this."""
    return render(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that the desk is at fault; where the database does not answer, without what stands on every other page."""
    try:
        return render(request, "500.html", status=500)
    except Error:
        return HttpResponse(render_to_string("500.html"), status=500)
