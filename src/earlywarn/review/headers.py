"""Headers: whom a proxy speaks for; a strict content security policy, and nothing of a student kept in a cache."""

from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
Answer = Callable[[HttpRequest], HttpResponse]


def address(answer: Answer) -> Answer:
    """Behind a proxy, take the address that the proxy saw: else five wrong tries would lock a name for everybody."""

    def with_address(request: HttpRequest) -> HttpResponse:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_TLS else ""
        last = forwarded.rpartition(",")[2].strip()  # what stands before it, a browser may have made up
        with suppress(ValueError):
            request.META["REMOTE_ADDR"] = str(ip_address(last))
        return answer(request)

    return with_address


def headers(answer: Answer) -> Answer:
    """Add the headers. Static files do not come this way: they are named by content and may be kept."""

    def with_headers(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response["Content-Security-Policy"] = POLICY
        response["Permissions-Policy"] = PERMISSIONS
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response

    return with_headers
