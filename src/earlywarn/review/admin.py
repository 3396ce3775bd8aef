"""Accounts in Django's admin: who keeps them may make and change them, never delete them; the record needs them."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from earlywarn.review.accounts import unlock
from earlywarn.review.models import Account, Role
from earlywarn.review.models.accounts import texts
from earlywarn.review.record.middleware import seen

# Generic for mypy alone: at run time Django's class takes no parameter.
if TYPE_CHECKING:
    _Admin = UserAdmin[Account]
else:
    _Admin = UserAdmin


class Numbers(forms.CharField):
    """Numbers with commas between them, kept as a list of texts."""

    widget = forms.Textarea

    def __init__(self, **given: Any) -> None:
        super().__init__(**({"max_length": 20_000} | given))

    def to_python(self, value: Any) -> Any:
        """Give the list; spaces around a number and numbers said twice are left out."""
        parts = [part.strip() for part in str(value or "").replace("\n", ",").split(",")]
        if not all(part.isprintable() for part in parts):
            raise forms.ValidationError(_("Give numbers, with commas between them."))
        return list(dict.fromkeys(part for part in parts if part))

    def prepare_value(self, value: Any) -> Any:
        """Give the text of a list."""
        return ", ".join(texts(value)) if isinstance(value, list) else value

    def has_changed(self, initial: Any, given: Any) -> bool:
        """Tell whether the list is another."""
        return texts(initial) != [part.strip() for part in str(given or "").split(",") if part.strip()]


@admin.register(Account)
class AccountAdmin(_Admin):
    """Only an administrator makes or changes an administrator, and nobody changes their own role or reach."""

    list_display = ("username", "first_name", "last_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("What for"), {"fields": ("role", "caseloads", "schools", "is_active")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "usable_password", "password1", "password2")}),
        (_("What for"), {"fields": ("role", "caseloads", "schools")}),
    )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the accounts; letters that no name has, which PostgreSQL refuses, ask for all of them."""
        if not all(str(value).isprintable() for value in request.GET.values()):
            return redirect(request.path)
        return super().changelist_view(request, extra_context)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: an account that is not needed any more is made inactive."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow changes of others' accounts; of administrators', to administrators alone."""
        if obj is None:
            return super().has_change_permission(request)
        return super().has_change_permission(request, obj) and _may_keep(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep one's own role and reach from oneself."""
        own = obj is not None and obj.pk == request.user.pk
        return ("role", "caseloads", "schools", "is_active") if own else ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Show lists of numbers as text with commas."""
        if db_field.name in ("caseloads", "schools"):
            return Numbers(label=db_field.verbose_name, required=False, help_text=db_field.help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the role of an administrator to administrators alone."""
        if db_field.name == "role" and not _is_admin(request):
            kwargs["choices"] = [pair for pair in Role.choices if pair[0] != Role.ADMIN]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """Save an account; whose it is and what was changed stands in the record."""
        super().save_model(request, obj, form, change)
        seen(request).words = f"account {obj.get_username()}: {', '.join(form.changed_data)}"

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """Set a password, for accounts that one may keep; it opens an account that was locked."""
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and (account := Account.objects.filter(pk=id).first()):
            seen(request).words = f"account {account.get_username()}: password"
            if answer.status_code == 302:
                unlock(account)
        return answer


def _may_keep(request: HttpRequest, account: Account) -> bool:
    return _is_admin(request) or account.role != Role.ADMIN


def _is_admin(request: HttpRequest) -> bool:
    return isinstance(request.user, Account) and request.user.role == Role.ADMIN


admin.site.unregister(Group)  # rights follow from roles alone
admin.site.site_header = admin.site.site_title = _("Accounts of the desk")
admin.site.has_permission = lambda request: request.user.is_active and request.user.has_module_perms("review")  # type: ignore[method-assign]
