"""Forms, one noun per file. Rules live on the models; forms gather and word."""
