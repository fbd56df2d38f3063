"""What the turn service measures of sound itself: levels, spectra, the agent's echo. numpy, no I/O."""
