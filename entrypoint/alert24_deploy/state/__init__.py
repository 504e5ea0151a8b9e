"""What start found and did, kept for finish. Only this package knows the state's keys."""

from .model import Description, ServiceState, Stage, State, WriteStatus

__all__ = ["Description", "ServiceState", "Stage", "State", "WriteStatus"]
