"""A session ends after half an hour in which nothing was asked; it is written at most once a minute."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from earlywarn.review.headers import Answer

SEEN = "seen"
A_MINUTE = 60


def idle(answer: Answer) -> Answer:
    """Sign out whom nothing was heard of for too long."""

    def ended_when_idle(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, seen = int(time.time()), int(request.session.get(SEEN, 0))
            if seen and now - seen > settings.SESSION_IDLE_SECONDS:
                logout(request)
            elif now - seen >= A_MINUTE:
                request.session[SEEN] = now
        return answer(request)

    return ended_when_idle
