#!/bin/sh
# Undoes the last deployment. Run it in the directory of that deployment, so that it can restore the old statuses.
exec alert24-deploy rollback --service "Payments API" -- ./undo.sh
