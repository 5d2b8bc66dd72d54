"""pyvo reads from a cube's links which wavelengths it holds, and cuts out some of them."""

import io

import astropy.units as u
import numpy as np
from astropy.io import fits
from pyvo.dal import DALServiceError
from pyvo.dal.adhoc import DatalinkService, SodaQuery

from fairlead import Fairlead, raises, step

fairlead = Fairlead()
session = fairlead.auth_session()
service = DatalinkService(f"{fairlead.url}/soda/links", session=session)

row = next(service.run_sync("spectral-cube").bysemantics("#cutout", include_narrower=False))
parameters = {parameter.name: parameter for parameter in row.input_params}
band = parameters["BAND"]
assert (band.unit, band.ucd, band.xtype) == (u.m, "em.wl;stat.interval", "interval")
lower, upper = band.values.min * u.m, band.values.max * u.m
step(f"the cube holds {lower.to(u.nm):.3f} to {upper.to(u.nm):.3f}")


def cut(**what):
    with fits.open(io.BytesIO(row.processed(session=session, **what).read())) as hdus:
        hdus.verify("exception")
        return hdus[0].header, hdus[0].data.copy()


_, whole = cut(band=u.Quantity([lower, upper]))
third = (upper - lower) / 3
header, middle = cut(band=u.Quantity([lower + third, upper - third]))
assert 0 < middle.shape[-3] < whole.shape[-3] and middle.shape[-2:] == whole.shape[-2:]
start = next(k for k in range(whole.shape[-3]) if np.array_equal(whole[k], middle[0], equal_nan=True))
assert np.array_equal(whole[start : start + middle.shape[-3]], middle, equal_nan=True)
step(f"{middle.shape[-3]} planes of {whole.shape[-3]}, from plane {start + 1}, as they are in the cube")

ra, dec, radius = parameters["CIRCLE"].values.max
_, both = cut(circle=(ra, dec, radius / 4) * u.deg, band=u.Quantity([lower + third, upper - third]))
assert both.shape[-3] == middle.shape[-3] and both.shape[-1] < middle.shape[-1]
step(f"with a circle: {both.shape[-1]} x {both.shape[-2]} pixels of each")

# Given as frequencies, which pyvo turns into wavelengths.
frequencies = u.Quantity([lower + third, upper - third]).to(u.Hz, u.spectral())
query = SodaQuery(f"{fairlead.url}/soda/sync", id="spectral-cube", band=frequencies, session=session)
with fits.open(io.BytesIO(query.execute_stream().read())) as hdus:
    assert abs(hdus[0].data.shape[-3] - middle.shape[-3]) <= 1
step("by frequency too")

beyond = SodaQuery(f"{fairlead.url}/soda/sync", id="spectral-cube", band=(1, 2) * u.m, session=session)
assert beyond.submit().status_code == 204
backwards = SodaQuery(f"{fairlead.url}/soda/sync", id="spectral-cube", session=session)
backwards["BAND"] = f"{upper.value} {lower.value}"
backwards.execute_stream()
refusal = raises(DALServiceError, backwards.raise_if_error)
assert refusal.code == 400 and refusal.reason.startswith("UsageError: BAND"), refusal
step("wavelengths beyond the cube hold no pixels, and an interval that runs backwards is refused")
