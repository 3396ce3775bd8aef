"""The counselors' desk: a Django app that shows published lists and keeps what was decided and done."""
