"""Every address of the desk. A view without a right is refused (rights.py)."""

from django.contrib import admin
from django.urls import path

from earlywarn.review.views import about, decide, exports, faults, front, notes, plans, records, schools, sheets
from earlywarn.review.views import student as one
from earlywarn.review.views import students as lists

handler404 = faults.not_found
handler403 = faults.refused
handler500 = faults.broken

urlpatterns = [
    path("", front.home, name="home"),
    path("health", front.health, name="health"),
    path("sign-in", front.sign_in, name="sign-in"),
    path("sign-out", front.sign_out, name="sign-out"),
    path("password", front.password, name="password"),
    path("students/", lists.students, name="students"),
    path("students/not-enough-data", lists.not_enough_data, name="not-enough-data"),
    path("students/find", lists.find, name="find"),
    path("students/<uuid:key>/", one.student, name="student"),
    path("students/<uuid:key>/family", sheets.family, name="family"),
    path("students/<uuid:key>/add", decide.add, name="add"),
    path("students/<uuid:key>/decide", decide.decide, name="decide"),
    path("students/<uuid:key>/note", notes.note, name="note"),
    path("students/<uuid:key>/plans/new", plans.new, name="new-plan"),
    path("students/<uuid:key>/plans/<int:number>/", plans.plan, name="plan"),
    path("students/<uuid:key>/plans/<int:number>/check", plans.check, name="check-plan"),
    path("students/<uuid:key>/plans/<int:number>/end", plans.end, name="end-plan"),
    path("plans/", plans.plans, name="plans"),
    path("meeting", sheets.meeting, name="meeting"),
    path("schools/", schools.schools, name="school"),
    path("corrections/", decide.corrections, name="corrections"),
    path("corrections/<int:number>/done", decide.corrected, name="corrected"),
    path("export/<slug:what>.<slug:form>", exports.export, name="export"),
    path("about/", about.about, name="about"),
    path("about/audit", about.audit, name="audit"),
    path("about/audit.css", about.audit_style, name="audit-style"),
    path("record/", records.record, name="record"),
    path("accounts/", admin.site.urls),
]
