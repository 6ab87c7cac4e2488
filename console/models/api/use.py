"""What the backends of an API refer to, so that nobody deletes it unawares."""

from django.db import models

from console.models.alias import Alias
from console.models.authorizer import Authorizer
from console.models.function import Function
from console.models.version import Version


class BackendUse(models.Model):
    """One reference out of an API's backend documents, written when it is saved."""

    api = models.ForeignKey("Api", on_delete=models.CASCADE, related_name="uses")
    authorizer = models.ForeignKey(
        Authorizer, on_delete=models.PROTECT, null=True, related_name="backend_uses"
    )
    function = models.ForeignKey(
        Function, on_delete=models.PROTECT, null=True, related_name="backend_uses"
    )
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, related_name="backend_uses"
    )
    alias = models.ForeignKey(
        Alias, on_delete=models.PROTECT, null=True, related_name="backend_uses"
    )

    def __str__(self) -> str:
        used = self.alias or self.version or self.function or self.authorizer
        return f"{self.api} uses {used}"
