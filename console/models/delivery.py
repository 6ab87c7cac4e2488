"""How far each gateway process has delivered its records."""

from django.db import models


class Delivery(models.Model):
    """The number of the last batch that was taken from a sender.

    A gateway that missed the answer sends its batch again, and sends batches in their
    order: one that is not past the last has been taken.
    """

    sender = models.CharField(max_length=32, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-time"]

    def __str__(self) -> str:
        return self.sender

    @classmethod
    def is_new(cls, sender: str, number: int) -> bool:
        """Whether the batch is to be taken, which is noted; within a transaction."""
        cls.objects.get_or_create(sender=sender)
        row = cls.objects.select_for_update().get(sender=sender)
        if number <= row.number:
            return False
        row.number = number
        row.save()
        return True
