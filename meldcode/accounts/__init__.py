"""Accounts: invitations and new passwords by mail, and what people see and end of their own sessions."""

from meldcode.accounts.links import (
    INVITATION_LASTS,
    RESET_LASTS,
    Link,
    LinkEnded,
    ask_reset,
    choose_password,
    forget_links,
    invite,
    invite_again,
    invite_in,
    link_of,
)
from meldcode.accounts.overview import AccountState, AccountView, overview
from meldcode.accounts.own import (
    OwnAccount,
    SessionView,
    change_password,
    choose_language,
    end_others,
    end_session,
    own_account,
)

__all__ = [
    "INVITATION_LASTS",
    "RESET_LASTS",
    "AccountState",
    "AccountView",
    "Link",
    "LinkEnded",
    "OwnAccount",
    "SessionView",
    "ask_reset",
    "change_password",
    "choose_language",
    "choose_password",
    "end_others",
    "end_session",
    "forget_links",
    "invite",
    "invite_again",
    "invite_in",
    "link_of",
    "overview",
    "own_account",
]
