# SPDX-License-Identifier: Apache-2.0
"""The toolkit for pages and JSON: one error shape, forms, sessions' cookies, languages, layout.

It knows no article and no domain; rooms bring their own templates and routes, `app` composes them.
"""

from guiju.web.addresses import address_of, daily_mark, net_of
from guiju.web.bodies import read_json
from guiju.web.cookies import Cookies
from guiju.web.errors import not_for_you, sign_in_needed
from guiju.web.forms import Form, Posted
from guiju.web.handlers import wants_page
from guiju.web.paging import Paging
from guiju.web.returning import safe_path
from guiju.web.site import Link, Site
from guiju.web.viewer import NOBODY, Viewer

__all__ = [
    "NOBODY",
    "Cookies",
    "Form",
    "Link",
    "Paging",
    "Posted",
    "Site",
    "Viewer",
    "address_of",
    "daily_mark",
    "net_of",
    "not_for_you",
    "read_json",
    "safe_path",
    "sign_in_needed",
    "wants_page",
]
