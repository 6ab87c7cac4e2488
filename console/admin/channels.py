"""Load balance channels, their groups and members, in Django admin."""

from django.contrib import admin

from console import models


@admin.register(models.Channel)
class ChannelAdmin(admin.ModelAdmin):
    list_display = ("name", "port", "balance_strategy", "create_time")
    search_fields = ("name", "id")


@admin.register(models.MemberGroup)
class MemberGroupAdmin(admin.ModelAdmin):
    list_display = ("member_group_name", "channel", "member_group_weight")


@admin.register(models.Member)
class MemberAdmin(admin.ModelAdmin):
    list_display = ("host", "port", "channel", "weight", "is_backup", "status")
