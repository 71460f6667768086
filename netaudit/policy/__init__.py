"""The gate: rules, what is suppressed and until when, what was known before, and the verdict."""
