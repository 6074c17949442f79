"""Makes Superset's own database what it must be, and imports a bundle. Run by Superset's Python, not by ours.

Belongs here: what needs Superset's libraries. It imports nothing of ours, and takes what it needs as JSON on its standard
input, for a password in a command line can be read by everybody on the machine.
Does not belong here: which programs run when (`superset`), what is in a bundle (`serving.outputs.superset`).
"""

from __future__ import annotations

import json
import sys
import zipfile
from typing import Any


def main(asked: dict[str, Any]) -> None:
    """Migrates the database, makes the roles and the one user, imports the bundle as that user."""
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        from flask_migrate import upgrade
        from superset import appbuilder, security_manager

        if not asked["is_made"]:
            upgrade()
            appbuilder.add_permissions(update_perms=True)
            security_manager.sync_role_definitions()
        user = security_manager.find_user(username=asked["user"])
        if user is None:
            role = security_manager.find_role("Admin")
            user = security_manager.add_user(
                asked["user"], "Firemark", "", "firemark@localhost", role, password=asked["password"]
            )
        else:
            security_manager.reset_password(user.id, asked["password"])
        _import(asked["bundle"], asked["passwords"], user)


def _import(path: str, passwords: dict[str, str], user: Any) -> None:
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.commands.importers.v1.utils import get_contents_from_bundle
    from superset.utils.core import override_user

    with zipfile.ZipFile(path) as bundle:
        contents = get_contents_from_bundle(bundle)
    with override_user(user):
        ImportAssetsCommand(contents, passwords=passwords).run()


if __name__ == "__main__":
    main(json.load(sys.stdin))
