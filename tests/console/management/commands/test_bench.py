"""manage.py bench, as far as it goes without a load."""

import pytest
from django.core.management import CommandError, call_command


def test_a_case_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(CommandError, match="no nonsense; there are: .*warm"):
        call_command("bench", "nonsense")


def test_costs_need_no_load(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("bench", "signature")
    assert "verifying a signature" in capsys.readouterr().out
