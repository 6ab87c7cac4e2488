"""Every setting, each from one environment variable: the only reader of it.

The README lists them. Generated keys live in `DATA_DIR/keys`, mode 0600.
"""

from pathlib import Path

import environ

from console.keys import ensure_directory, ensure_fernet_key, ensure_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Where everything that is not code lives.
DATA_DIR = Path(env.str("SALLYPORT_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
KEYS_DIR = DATA_DIR / "keys"
SNAPSHOT_FILE = DATA_DIR / "snapshot.bin"
PACKAGES_DIR = DATA_DIR / "packages"
# Wheels to install the dependencies of functions from, instead of an index.
WHEELHOUSE = Path(
    env.str("SALLYPORT_WHEELHOUSE", default=str(BASE_DIR / "wheelhouse"))
).resolve()
STATE_DIR = DATA_DIR / "state"
TOKEN_KEY_FILE = KEYS_DIR / "tokens.key"
SNAPSHOT_KEY_FILE = KEYS_DIR / "snapshot.key"
RECORDS_KEY_FILE = KEYS_DIR / "records.key"
FIELD_KEY_FILE = KEYS_DIR / "fields.key"
TLS_DIR = DATA_DIR / "tls"

ensure_directory(DATA_DIR)
ensure_directory(KEYS_DIR)
ensure_fernet_key(SNAPSHOT_KEY_FILE)
ensure_fernet_key(FIELD_KEY_FILE)
ensure_fernet_key(TOKEN_KEY_FILE)
ensure_secret(RECORDS_KEY_FILE)
SECRET_KEY = env.str("SECRET_KEY", default="") or ensure_secret(KEYS_DIR / "django.key")

# Where gateways count together; "" lets each count for itself.
REDIS_URL = env.str("SALLYPORT_REDIS_URL", default="")
# `host:port` where Prometheus finds the gateway's metrics; "" is nowhere.
METRICS_BIND = env.str("SALLYPORT_METRICS_BIND", default="")

# Who brings this gets the console's metrics.
METRICS_TOKEN = env.str("SALLYPORT_METRICS_TOKEN", default="") or ensure_secret(
    KEYS_DIR / "metrics.token"
)

# What the processes listen on, `host:port`, and what callers call the gateway.
CONSOLE_BIND = env.str("SALLYPORT_CONSOLE_BIND", default="127.0.0.1:8000")
GATEWAY_SERVER = env.str("SALLYPORT_GATEWAY_SERVER", default="uvicorn")
GATEWAY_WORKERS = env.int("SALLYPORT_GATEWAY_WORKERS", default=1)
GATEWAY_BIND = env.str("SALLYPORT_GATEWAY_BIND", default="127.0.0.1:8080")
GATEWAY_TLS_BIND = env.str("SALLYPORT_GATEWAY_TLS_BIND", default="127.0.0.1:8443")
GATEWAY_DOMAIN = env.str("SALLYPORT_GATEWAY_DOMAIN", default="apig.localhost")
ADMIN_NAME = env.str("SALLYPORT_ADMIN_NAME", default="admin")
ADMIN_PASSWORD = env.str("SALLYPORT_ADMIN_PASSWORD", default="")

# Networks that backends may be in although they are link-local or the console's.
ALLOWED_BACKENDS = env.list("SALLYPORT_ALLOWED_BACKENDS", default=[])

# The jail level of functions (gateway/functions/launch.py); "" is the strongest.
FUNCTION_JAIL = env.str("SALLYPORT_FUNCTION_JAIL", default="")

# What the vendor's names hold: one region, one project, one gateway.
REGION = env.str("SALLYPORT_REGION", default="local")
PROJECT_ID = env.str("SALLYPORT_PROJECT_ID", default="5a11e904700040008000000000000001")
DOMAIN_NAME = env.str("SALLYPORT_DOMAIN_NAME", default="sallyport")
DOMAIN_ID = env.str("SALLYPORT_DOMAIN_ID", default="5a11e904700040008000000000000003")
INSTANCE_ID = env.str(
    "SALLYPORT_INSTANCE_ID", default="5a11e904700040008000000000000002"
)

# Limits that differ from the documented ones (console/limits.py): NAME=number,…
LIMITS = env.dict("SALLYPORT_LIMITS", cast={"value": int}, default={})

# How many days access records and their sums are kept, and how many records.
LOG_DAYS = env.int("SALLYPORT_LOG_DAYS", default=7)
LOG_ROWS = env.int("SALLYPORT_LOG_ROWS", default=1_000_000)
METRIC_DAYS = env.int("SALLYPORT_METRIC_DAYS", default=30)
# How many days the traces of changes are kept.
AUDIT_DAYS = env.int("SALLYPORT_AUDIT_DAYS", default=7)

DEBUG = env.bool("SALLYPORT_DEBUG", default=False)
_bound = CONSOLE_BIND.rpartition(":")[0].strip("[]")
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    f".{GATEWAY_DOMAIN}",
    *([_bound] if _bound and _bound != "0.0.0.0" else []),
    *env.list("SALLYPORT_ALLOWED_HOSTS", default=[]),
]
CSRF_TRUSTED_ORIGINS = env.list("SALLYPORT_TRUSTED_ORIGINS", default=[])
DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Readers never wait for a writer, and a writer waits instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "console",
]
MIDDLEWARE = [
    "console.middleware.GatewayHosts",
    "console.middleware.Measured",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "console.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "console.middleware.Audited",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION_BACKENDS = ["console.passwords.LimitedBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TZ", default="UTC")
USE_I18N = False
USE_TZ = True

# Static files are served as they lie: nothing to collect, nothing to forget.
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_NAME = "sallyport_session"
CSRF_COOKIE_NAME = "sallyport_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool(
    "SALLYPORT_SECURE_COOKIES", default=False
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# A debug call's body may be 2 MB (auth.md section 8.1), an upload more.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["console.rest.wire.Json"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "console.rest.wire.Negotiation",
    "EXCEPTION_HANDLER": "console.rest.errors.handle",
    # Everybody is a user: a request without one is refused, not anonymous.
    "UNAUTHENTICATED_USER": None,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
