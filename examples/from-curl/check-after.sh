#!/bin/sh
# After: the same check. It leaves a service in maintenance alone, and writes only if the status changes.
exec alert24-deploy check --service "Payments API" -- pg_isready -h db.prod.internal
