"""The console's settings over a data directory of the test run's own."""

import os
import tempfile

# A test run must not see, nor touch, what the user has: set before the settings
# read the environment. A child process of a test inherits it.
if "SALLYPORT_TEST_RUN" not in os.environ:
    os.environ["SALLYPORT_TEST_RUN"] = tempfile.mkdtemp(prefix="sallyport-test-")
    for name in [n for n in os.environ if n.startswith("SALLYPORT_")]:
        if name != "SALLYPORT_TEST_RUN":
            del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
os.environ.setdefault("SALLYPORT_DATA_DIR", os.environ["SALLYPORT_TEST_RUN"])

from console.settings import *  # noqa: E402, F403

# One pass of a weak hash: logging in is not what the tests measure.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
