"""The pages, one noun per file."""
