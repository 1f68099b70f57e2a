"""Where a fault had better move to: the pattern that mends it, drawn before and after."""

from advisor.advice.moves.move import Arrow, Move, Sketch, Spot
from advisor.advice.moves.moving import moves

__all__ = ["Arrow", "Move", "Sketch", "Spot", "moves"]
