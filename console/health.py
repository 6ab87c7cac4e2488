"""How the servers of channels are, as running gateways see it (policies.md 6.1)."""

from django.conf import settings

from console.models import Channel, Member
from gateway.control import ask
from gateway.questions import HEALTH

HEALTHY, UNHEALTHY, UNKNOWN = "healthy", "unhealthy", "unknown"


class Health:
    """What every process says of a channel's servers, asked once."""

    def __init__(self, channel: Channel) -> None:
        config = channel.vpc_health_config
        self.checked = bool(config) and config.get("status", 1) == 1
        self._answers: list[set[str]] = []
        if self.checked:
            question = {"do": HEALTH}
            replies = ask(settings.SNAPSHOT_FILE, settings.SNAPSHOT_KEY_FILE, question)
            found = [reply["unhealthy"] for reply in replies if reply is not None]
            known = [each[channel.pk] for each in found if channel.pk in each]
            self._answers = [set(addresses) for addresses in known]

    def of(self, member: Member) -> str:
        """Unhealthy where one gateway has taken it out; unknown where none looks."""
        if not self._answers or member.status != Member.Status.ENABLED:
            return UNKNOWN
        host = f"[{member.host}]" if ":" in member.host else member.host
        address = f"{host}:{member.port or member.channel.port}"
        out = any(address in answer for answer in self._answers)
        return UNHEALTHY if out else HEALTHY
