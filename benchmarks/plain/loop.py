"""A sequential loop over services in one session, as in a careful script before a deployment.

With `list` it sends what `alert24-deploy start` sends: one list request for the current statuses, then a PUT for each
service. With `each` it reads each service before it writes it, as such loops usually do.
"""

import os
import sys

import requests

SERVICES = os.environ["ALERT24_API_URL"] + "/api/v1/services"
IDS = os.environ["ALERT24_SERVICES"].split(",")

session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['ALERT24_API_KEY']}"
before = {}
if sys.argv[1] == "list":
    answer = session.get(SERVICES, params={"limit": 100})
    answer.raise_for_status()
    before = {service["id"]: service["status"] for service in answer.json()["data"]}
for service_id in IDS:
    if sys.argv[1] == "each":
        answer = session.get(f"{SERVICES}/{service_id}")
        answer.raise_for_status()
        before[service_id] = answer.json()["data"]["status"]
    answer = session.put(f"{SERVICES}/{service_id}", json={"status": "maintenance"})
    answer.raise_for_status()
