"""Requirements of functions: what is read, what is refused, what pip installs."""

import base64
import hashlib
import zipfile
from pathlib import Path

import pytest
from pytest_django import Settings

from console import dependencies
from console.dependencies import DependencyError

OWN = "Python3.11"


def wheel(folder: Path, name: str = "greeter", version: str = "1.0") -> None:
    """A wheel with one module, `<name>.py`."""
    code = f"VERSION = {version!r}\n".encode()
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\n"
        f"Version: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\n"
        b"Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in files.items()
    )
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as made:
        for path, data in files.items():
            made.writestr(path, data)


def _digest(data: bytes) -> str:
    raw = hashlib.sha256(data).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def asking(text: str) -> dict[str, bytes]:
    return {"index.py": b"", "requirements.txt": text.encode()}


def test_comments_and_blank_lines_ask_for_nothing() -> None:
    assert dependencies.wanted(asking("# none\n\n   # really\n")) == []
    assert dependencies.name(asking("# none"), OWN) == ""
    assert dependencies.name({"index.py": b""}, OWN) == ""


def test_names_with_versions_markers_extras_and_hashes_are_read() -> None:
    lines = [
        "requests",
        "requests==2.34.2",
        "requests[socks]>=2,<3",
        'tomli; python_version < "3.11"',
        f"greeter==1.0 --hash=sha256:{'0' * 64}",
    ]
    assert dependencies.wanted(asking("\n".join(lines) + "  # why")) == lines


@pytest.mark.parametrize(
    "line",
    [
        "-r other.txt",
        "-e .",
        "--index-url http://evil.test/",
        "--find-links /etc",
        "./local.whl",
        "/etc/passwd",
        "file:///etc/passwd",
        "greeter @ https://evil.test/greeter.whl",
        "git+https://evil.test/greeter",
        "greeter==1.0 --config-settings=x",
        "not a name",
    ],
)
def test_whatever_reaches_further_is_refused_by_its_line(line: str) -> None:
    with pytest.raises(DependencyError, match=r"requirements\.txt, line 2"):
        dependencies.wanted(asking(f"requests\n{line}\n"))


def test_the_name_depends_on_the_requirements_and_the_runtime_only() -> None:
    one = dependencies.name(asking("a\nb"), OWN)
    assert dependencies.name(asking("# first\nb\na\n"), OWN) == one
    assert dependencies.name(asking("a\nb==1"), OWN) != one
    assert len(one) == 64


def test_a_wheel_is_installed_whole(tmp_path: Path, settings: Settings) -> None:
    settings.WHEELHOUSE = tmp_path / "wheels"
    wheel(settings.WHEELHOUSE)
    log: list[str] = []
    target = tmp_path / "dependencies" / "abc"
    dependencies.install(asking("greeter==1.0"), OWN, target, log.append)
    assert (target / "greeter.py").read_text() == "VERSION = '1.0'\n"
    assert "Successfully installed greeter-1.0" in "".join(log)
    assert not (target / "requirements.txt").exists()
    assert [path.name for path in target.parent.iterdir()] == ["abc"]


def test_what_cannot_be_had_leaves_nothing(tmp_path: Path, settings: Settings) -> None:
    settings.WHEELHOUSE = tmp_path / "wheels"
    wheel(settings.WHEELHOUSE)
    log: list[str] = []
    target = tmp_path / "dependencies" / "abc"
    with pytest.raises(DependencyError, match="pip could not install them"):
        dependencies.install(asking("greeter==2.0"), OWN, target, log.append)
    assert "No matching distribution found for greeter==2.0" in "".join(log)
    assert list(target.parent.iterdir()) == []


def test_source_distributions_are_not_built(tmp_path: Path, settings: Settings) -> None:
    settings.WHEELHOUSE = tmp_path
    (tmp_path / "evil-1.0.tar.gz").write_bytes(b"")
    with pytest.raises(DependencyError, match="without a wheel"):
        dependencies.install(asking("evil"), OWN, tmp_path / "t" / "x", lambda _: None)


def test_too_much_is_refused(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WHEELHOUSE = tmp_path / "wheels"
    wheel(settings.WHEELHOUSE)
    monkeypatch.setattr(dependencies, "MAX_BYTES", 10)
    target = tmp_path / "dependencies" / "abc"
    with pytest.raises(DependencyError, match="the dependencies have"):
        dependencies.install(asking("greeter"), OWN, target, lambda _: None)
    assert not target.exists()
