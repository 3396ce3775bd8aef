"""The counselors' desk: who may need support, why, and what people decided."""
