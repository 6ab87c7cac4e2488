"""The access key's form."""

from console.forms.base import NounForm
from console.models import AccessKey


class AccessKeyForm(NounForm):
    class Meta:
        model = AccessKey
        fields = ("description",)
