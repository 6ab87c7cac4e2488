"""The control plane: a Django project and its one app."""
