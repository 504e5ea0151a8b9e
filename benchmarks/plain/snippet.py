# ruff: noqa: ANN201, D100, D415, S113 - measured as in the guide
# mypy: disable-error-code="no-untyped-def"
# The Python sample from Alert24's own guide to status updates, as a user would paste it. Only the URL, the key and the
# service come from the environment, because they change with every benchmark.
import os

import requests

API_URL = os.environ["ALERT24_API_URL"]
API_KEY = os.environ["ALERT24_API_KEY"]
SERVICE_ID = os.environ["ALERT24_SERVICES"]


def set_service_status(status: str, description: str = ""):
    """status: operational | degraded | down | maintenance"""
    resp = requests.put(
        f"{API_URL}/api/v1/services/{SERVICE_ID}",
        headers={"Authorization": f"Bearer {API_KEY}"},
        json={"status": status, "description": description},
    )
    resp.raise_for_status()


set_service_status("down", "Database connection timeout")
