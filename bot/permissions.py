"""Who may bring the index in step. `default_permissions` only hides a command; this check is what counts."""

from __future__ import annotations

import discord

from bot.settings import BotSettings


class Administrators:
    """The application's owner or team, users in the settings, and holders of a role there in the home server."""

    def __init__(self, settings: BotSettings) -> None:
        self._user_ids = settings.admin_user_ids
        self._role_ids = settings.admin_role_ids
        self._home = settings.home_guild_id
        self._owner_ids: frozenset[int] = frozenset()

    def learn_owners(self, application: discord.AppInfo) -> None:
        team = application.team
        if team is None:
            self._owner_ids = frozenset({application.owner.id})
            return
        # Whoever may only read the team's applications, or was invited and has not joined, is no administrator.
        acting = (
            member.id
            for member in team.members
            if member.membership_state is discord.TeamMembershipState.accepted
            and member.role is not discord.TeamMemberRole.read_only
        )
        self._owner_ids = frozenset(acting) | ({team.owner_id} if team.owner_id else frozenset())

    def include(self, user: discord.User | discord.Member) -> bool:
        """Whatever permissions somebody has in a server, a stranger's own one included, count for nothing here."""
        if user.id in self._user_ids or user.id in self._owner_ids:
            return True
        if not isinstance(user, discord.Member) or self._home is None or user.guild.id != self._home:
            return False
        return any(role.id in self._role_ids for role in user.roles)
