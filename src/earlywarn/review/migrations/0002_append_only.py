"""The database itself refuses to alter or delete a line of the record."""

from typing import Any

from django.db import migrations

TABLES = ("review_recordline", "review_recordedstudent")
WORDS = "the record is only ever added to"

SQLITE = [
    f"CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    for table in TABLES
    for act in ("update", "delete")
]
SQLITE_BACK = [f"DROP TRIGGER {table}_no_{act}" for table in TABLES for act in ("update", "delete")]
POSTGRESQL = [
    "CREATE FUNCTION review_record_is_added_to() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$",
    *(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION review_record_is_added_to()"
        for table in TABLES
    ),
]
POSTGRESQL_BACK = [
    *(f"DROP TRIGGER {table}_no_change ON {table}" for table in TABLES),
    "DROP FUNCTION review_record_is_added_to()",
]
MADE = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
TAKEN = {"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK}


def make(apps: Any, schema_editor: Any) -> None:
    for statement in MADE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def take(apps: Any, schema_editor: Any) -> None:
    for statement in TAKEN[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("review", "0001_desk")]
    operations = [migrations.RunPython(make, take)]
