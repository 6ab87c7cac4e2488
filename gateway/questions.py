"""What the console may ask of a gateway's process, over `gateway.control`."""

from gateway.backends.channel import channels
from gateway.call import Services
from gateway.control import Answer, Document
from gateway.verdicts import Verdicts

HEALTH = "health"


def answering(verdicts: Verdicts, services: Services) -> Answer:
    """Answers about remembered verdicts, and about servers of channels."""

    def answer(question: Document) -> Document:
        if question["do"] == HEALTH:
            return {"unhealthy": channels(services).unhealthy()}
        return verdicts.answer(question)

    return answer
