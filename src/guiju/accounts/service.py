# SPDX-License-Identifier: Apache-2.0
"""The room's verbs in one place; each lives in the file of its subject."""

from guiju.accounts.agreements import (
    accept_agreement,
    acceptances_of,
    agreement_in_force,
    agreements,
    app_accepts,
    first_agreement,
    get_agreement,
    publish_agreement,
    read_agreement,
)
from guiju.accounts.callers import barred, look_up
from guiju.accounts.key_models import models_of, set_models
from guiju.accounts.keys import (
    app_names,
    apps,
    close_app,
    get_key,
    issue_app_key,
    issue_key,
    keys_like,
    keys_of,
    known_key,
    register_app,
    revoke_key,
)
from guiju.accounts.limit_store import Override
from guiju.accounts.limiting import limits_in_force, own_limits, set_limits
from guiju.accounts.passwords import Hashed, hash_password
from guiju.accounts.people import (
    find_person,
    get_person,
    introduce_end_user,
    name_of,
    register_person,
    set_standing,
)
from guiju.accounts.sessions import (
    close_session,
    needs_touch,
    open_session,
    session,
    touch_session,
)
from guiju.accounts.signing import sign_in_person, sign_in_staff
from guiju.accounts.staffing import (
    appoint_staff,
    dismiss_staff,
    find_staff,
    get_staff,
    staff_actor,
    staff_listed,
)
from guiju.accounts.waivers import (
    accept_waiver,
    accepted_waiver,
    app_accepts_waiver,
    terms_digest,
    waiver_terms,
)

__all__ = [
    "Hashed",
    "Override",
    "accept_agreement",
    "accept_waiver",
    "acceptances_of",
    "accepted_waiver",
    "agreement_in_force",
    "agreements",
    "app_accepts",
    "app_accepts_waiver",
    "app_names",
    "appoint_staff",
    "apps",
    "barred",
    "close_app",
    "close_session",
    "dismiss_staff",
    "find_person",
    "find_staff",
    "first_agreement",
    "get_agreement",
    "get_key",
    "get_person",
    "get_staff",
    "hash_password",
    "introduce_end_user",
    "issue_app_key",
    "issue_key",
    "keys_like",
    "keys_of",
    "known_key",
    "limits_in_force",
    "look_up",
    "models_of",
    "name_of",
    "needs_touch",
    "open_session",
    "own_limits",
    "publish_agreement",
    "read_agreement",
    "register_app",
    "register_person",
    "revoke_key",
    "session",
    "set_limits",
    "set_models",
    "set_standing",
    "sign_in_person",
    "sign_in_staff",
    "staff_actor",
    "staff_listed",
    "terms_digest",
    "touch_session",
    "waiver_terms",
]
