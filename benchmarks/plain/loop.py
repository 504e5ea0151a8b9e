"""A sequential loop over services with one session: what a careful script does before a deployment.

With `list` it sends what `alert24-deploy start` sends: the list once, to know every status from before, then a PUT
for each service. With `each` it asks for every service before it writes it, as such loops are usually written.
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
