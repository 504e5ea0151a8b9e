"""What start found and did, kept for finish. The only room that knows the state's keys."""

from .model import Description, ServiceState, Stage, State, WriteStatus

__all__ = ["Description", "ServiceState", "Stage", "State", "WriteStatus"]
