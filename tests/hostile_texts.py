"""Texts that mean harm: markup that would run in a page, and cells that a spreadsheet would execute.

Belongs here: the texts alone. Does not belong here: a city that carries them (`hostile_city`), what must hold of it.
"""

from __future__ import annotations

# Many are written without spaces, brackets and semicolons, which the door folds or takes for the end of a code, and one
# without letters that matter: codes become upper case.
PAYLOADS = (
    "<script>alert`1`</script>",
    "<img/src=x/onerror=alert`1`>",
    "<svg/onload=&#97&#108&#101&#114&#116`1`>",
    "</title><script>alert`1`</script>",
    '"><script>alert`1`</script>',
    "'><img/src=x/onerror=alert`1`>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe srcdoc='<script>alert`1`</script>'></iframe>",
    "</bdi></td></tr></table><h1>x",
    "<!--",
    "--><script>alert`1`</script>",
    "]]><script>alert`1`</script>",
    "</script><script>alert`1`</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{7*7}}{%raw%}${7*7}#{7*7}",
    "<style>*{display:none}</style>",
    "<base/href=//x/>",
    "\u2028\u2029<math><mtext></mtext></math>\u202e\u200b",
    "<textarea><plaintext>",
)
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "'=1+1",
    "=cmd|'/C calc'!A0",
    '=HYPERLINK("//x","y")',
)
