#!/bin/sh
# Undoes the last deployment. Run it in the same directory, so that it can restore the statuses from before.
exec alert24-deploy rollback --service "Payments API" -- ./undo.sh
