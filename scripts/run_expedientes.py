"""Go the round of the contract and bid files, now (the same as `sereno job expedientes`)."""

from launch import launch

launch("job", "expedientes")
