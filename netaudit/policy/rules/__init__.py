"""Every rule there is: one file each, and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.policy.rules.assumed import Assumed
from netaudit.policy.rules.company_share import CompanyShare
from netaudit.policy.rules.handover_overdue import HandoverOverdue
from netaudit.policy.rules.held_by_assumption import HeldByAssumption
from netaudit.policy.rules.identity import Identity
from netaudit.policy.rules.left_behind import LeftBehind
from netaudit.policy.rules.no_company_tie import NoCompanyTie
from netaudit.policy.rules.not_taken_up import NotTakenUp
from netaudit.policy.rules.one_admin import OneAdmin
from netaudit.policy.rules.one_holder import OneHolder
from netaudit.policy.rules.one_team import OneTeam
from netaudit.policy.rules.owner_left import OwnerLeft
from netaudit.policy.rules.quiet import Quiet
from netaudit.policy.rules.relayed_by_one import RelayedByOne
from netaudit.policy.rules.renewal import Renewal
from netaudit.policy.rules.revenue_unknown import RevenueUnknown
from netaudit.policy.rules.single_contact import SingleContact
from netaudit.policy.rules.single_threaded import SingleThreaded
from netaudit.policy.rules.stale import Stale
from netaudit.policy.rules.unmapped import Unmapped
from netaudit.policy.rules.worst_pair import WorstPair

if TYPE_CHECKING:
    from netaudit.policy.rule import Rule

RULES: tuple[type[Rule], ...] = (
    SingleThreaded,
    SingleContact,
    OneHolder,
    WorstPair,
    OneTeam,
    CompanyShare,
    NoCompanyTie,
    RelayedByOne,
    OneAdmin,
    Unmapped,
    Assumed,
    Stale,
    OwnerLeft,
    Identity,
    RevenueUnknown,
    HeldByAssumption,
    Renewal,
    HandoverOverdue,
    LeftBehind,
    Quiet,
    NotTakenUp,
)
"""The catalogue, by code."""
