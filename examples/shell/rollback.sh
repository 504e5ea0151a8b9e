#!/bin/sh
# Undoes the last deployment. Run where that left its state, it puts back the statuses from before that deployment.
exec alert24-deploy rollback --service "Payments API" -- ./undo.sh
