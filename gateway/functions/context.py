"""`context`, the second argument of a handler (auth.md section 10.2).

Runs in the child, standard library only. Method names are the documented ones.
"""

from __future__ import annotations

import time

from gateway.functions.capture import Capture, Logger

TYPE_CHECKING = False  # the typing module would cost a cold start 7 ms
if TYPE_CHECKING:
    from collections.abc import Mapping


class Configuration:
    """What all calls of a function share: RUNTIME_ settings, merged user data."""

    def __init__(
        self, settings: Mapping[str, str], user_data: dict[str, str], alias: str = ""
    ) -> None:
        self.settings = settings
        self.alias = alias
        self.user_data = user_data
        self.memory_size = int(settings["MEMORY"])
        self.timeout = int(settings["TIMEOUT"])


class Context:
    """One call: `deadline` is on the clock of `time.monotonic()`."""

    def __init__(
        self,
        configuration: Configuration,
        capture: Capture,
        request_id: str,
        deadline: float,
    ) -> None:
        self._configuration = configuration
        self._request_id = request_id
        self._deadline = deadline
        self._logger = Logger(capture, request_id)
        self._state: object = None
        self._instance_id = ""

    def getRequestID(self) -> str:
        return self._request_id

    def getRemainingTimeInMilliSeconds(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))

    def getUserData(self, key: str, default: str | None = None) -> str | None:
        """A variable of the function, plain or encrypted."""
        return self._configuration.user_data.get(key, default)

    def getLogger(self) -> Logger:
        return self._logger

    def getFunctionName(self) -> str:
        return self._configuration.settings["FUNC_NAME"]

    def getVersion(self) -> str:
        return self._configuration.settings["FUNC_VERSION"]

    def getPackage(self) -> str:
        return self._configuration.settings["PACKAGE"]

    def getProjectID(self) -> str:
        return self._configuration.settings["PROJECT_ID"]

    def getMemorySize(self) -> int:
        """In MB."""
        return self._configuration.memory_size

    def getCPUNumber(self) -> int:
        """In millicores."""
        return int(self._configuration.settings["CPU"])

    def getRunningTimeInSeconds(self) -> int:
        """The configured timeout."""
        return self._configuration.timeout

    def getAlias(self) -> str:
        """The alias it was called by, or an empty text."""
        return self._configuration.alias

    # Credentials come from an agency, and a function here has none.

    def getToken(self) -> str:
        return ""

    def getAccessKey(self) -> str:
        return ""

    def getSecretKey(self) -> str:
        return ""

    def getSecurityAccessKey(self) -> str:
        return ""

    def getSecuritySecretKey(self) -> str:
        return ""

    def getSecurityToken(self) -> str:
        return ""

    # Undocumented, but there: stateful functions and workflows.

    def get_state(self) -> object:
        return self._state

    def set_state(self, state: object) -> None:
        self._state = state

    def get_instance_id(self) -> str:
        return self._instance_id

    def set_instance_id(self, instance_id: str) -> None:
        self._instance_id = instance_id

    def get_invoke_id(self) -> str:
        return self._request_id

    def get_trace_id(self) -> str:
        return self._request_id

    def get_invoke_property(self) -> str:
        return ""

    def getWorkflowID(self) -> str:
        return ""

    def getWorkflowRunID(self) -> str:
        return ""

    def getWorkflowStateID(self) -> str:
        return ""
