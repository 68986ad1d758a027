"""Transforms a signal, cuts its high frequencies off and transforms it back."""

import seebench_guest as guest

import numpy as np

guest.imports_done()

VALUES = guest.params["values"]


def smooth() -> list[float]:
    at = np.arange(VALUES, dtype=np.float64)
    signal = np.sin(at / 50) + (at % 17) / 17
    spectrum = np.fft.rfft(signal)
    spectrum[len(spectrum) // 8 :] = 0
    smoothed = np.fft.irfft(spectrum, VALUES)
    return [round(float(smoothed[place]), 6) for place in (1, VALUES // 3, VALUES // 2)]


guest.digest(guest.iterate(smooth, work_amount=VALUES))
