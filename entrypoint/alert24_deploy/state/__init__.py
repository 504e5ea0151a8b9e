"""What start found and did, kept for finish. Only this package knows the state's keys."""

from .model import CHANGES, INCIDENTS, Description, ServiceState, Stage, State, WriteStatus

__all__ = ["CHANGES", "INCIDENTS", "Description", "ServiceState", "Stage", "State", "WriteStatus"]
