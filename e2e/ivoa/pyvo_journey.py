"""pyvo finds the services of a dataset by DataLink, cuts it by SODA at once and as a job, and tidies up."""

import io
from datetime import datetime, timedelta, timezone

import astropy.units as u
import numpy as np
from astropy.io import fits
from pyvo.dal import DALServiceError
from pyvo.dal.adhoc import DatalinkService, SodaQuery
from pyvo.dal.tap import AsyncTAPJob
from pyvo.io import uws, vosi

from fairlead import Fairlead, pyvo, raises, step

fairlead = Fairlead()
session = fairlead.auth_session()
step(f"pyvo {pyvo.__version__}")

# Its constructor reads the capabilities, and tells the session where tokens are asked for.
service = DatalinkService(f"{fairlead.url}/soda/links", session=session)
standards = [capability.standardid for capability in service.capabilities]
assert "ivo://ivoa.net/std/SODA#sync-1.0" in standards, standards
assert "ivo://ivoa.net/std/SODA#async-1.0" in standards, standards
step(f"read the capabilities: {len(standards)} services")
availability = vosi.parse_availability(io.BytesIO(session.get(f"{fairlead.url}/soda/availability").content).read)
assert availability.available
step(f"the service is available since {availability.upsince}")

links = service.run_sync(fairlead.dataset)
assert {row.id for row in links} == {fairlead.dataset}
cutouts = list(links.bysemantics("#cutout", include_narrower=False))
assert [row.service_def for row in cutouts] == ["soda-sync-1", "soda-async-1"]
parameters = {parameter.name: parameter for parameter in cutouts[0].input_params}
ra, dec, radius = parameters["CIRCLE"].values.max
assert abs(ra - fairlead.center[0]) < 1e-9 and abs(dec - fairlead.center[1]) < 1e-9
assert parameters["CIRCLE"].unit == u.deg and parameters["CIRCLE"].ucd == "pos.outline;obs"
step(f"DataLink: {fairlead.dataset} lies in a circle of {radius:.3f} degrees around {ra:.4f} {dec:.4f}")

circle = (ra, dec, radius / 8) * u.deg
stream = cutouts[0].processed(circle=circle, session=session)
with fits.open(io.BytesIO(stream.read())) as hdus:
    hdus.verify("exception")
    header, pixels = hdus[0].header, hdus[0].data.copy()
assert header["CTYPE1"].startswith("RA") and pixels.ndim == 2 and min(pixels.shape) > 8
step(f"SODA sync through its descriptor: {pixels.shape[1]} x {pixels.shape[0]} pixels")

preview = next(links.bysemantics("#preview", include_narrower=False))
picture = session.get(preview.access_url)
assert picture.headers["Content-Type"] == "image/png" and picture.content.startswith(b"\x89PNG")
step(f"a picture of {len(picture.content)} bytes")

query = SodaQuery(f"{fairlead.url}/soda/sync", id=fairlead.dataset, session=session)
query.pos.add((ra - radius / 20, ra + radius / 20, dec - radius / 20, dec + radius / 20) * u.deg)
with fits.open(io.BytesIO(query.execute_stream(post=True).read())) as hdus:
    assert hdus[0].data.size > 0
query.raise_if_error()
step("SODA sync with POS=RANGE by POST")

# A job: created, changed, run, waited for.
text = " ".join(str(value) for value in circle.value)
response = session.post(
    f"{fairlead.url}/soda/async",
    data={"ID": fairlead.dataset, "CIRCLE": [text, fairlead.circle(radius / 16)], "RUNID": "pyvo-journey"},
)
response.raise_for_status()
job = AsyncTAPJob(response.url, session=session, delete=False)
assert job.phase == "PENDING" and job.owner and job.uws_version == "1.1"
job.execution_duration = 600
assert job.execution_duration.sec == 600
tomorrow = datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None) + timedelta(days=1)
job.destruction = tomorrow
assert job.destruction.to_datetime() == tomorrow
step(f"created a job {job.job_id[:8]}, and set its limits")
job.run().wait(timeout=60)
job.raise_if_error()
assert job.phase == "COMPLETED"
files = {}
for result in job.results:
    answer = session.get(result.href)
    answer.raise_for_status()
    assert result.size in (0, len(answer.content)), (result.size, len(answer.content))
    if answer.headers["Content-Type"] == "application/fits":
        files[result.id_] = fits.getdata(io.BytesIO(answer.content))
assert len(files) == 2, [result.id_ for result in job.results]
assert any(np.array_equal(made, pixels, equal_nan=True) for made in files.values())
step(f"the job made {len(job.results)} results; its pixels equal those of the answer at once")

answer = session.get(f"{fairlead.url}/soda/async", params={"PHASE": "COMPLETED", "LAST": 5})
listed = uws.parse_job_list(io.BytesIO(answer.content).read)
assert job.job_id in [reference.jobid for reference in listed]
step(f"found it among the latest {len(listed)} that are completed")

# To be aborted: one that nobody ran.
response = session.post(f"{fairlead.url}/soda/async", data={"ID": fairlead.dataset, "CIRCLE": text})
stopped = AsyncTAPJob(response.url, session=session, delete=False)
stopped.abort()
assert stopped.phase == "ABORTED"
stopped.delete()
step("aborted another")

address = job.url
job.delete()
assert raises(DALServiceError, lambda: AsyncTAPJob(address, session=session)).code == 404
step("deleted both: they are gone")

# What is wrong is said in words that pyvo shows.
wrong = SodaQuery(f"{fairlead.url}/soda/sync", id=fairlead.dataset, session=session)
wrong["CIRCLE"] = "here there everywhere"
wrong.execute_stream()
refusal = raises(DALServiceError, wrong.raise_if_error)
assert refusal.code == 400 and refusal.reason.startswith("UsageError: CIRCLE"), refusal
both = SodaQuery(f"{fairlead.url}/soda/sync", id=fairlead.dataset, session=session)
both["CIRCLE"] = [text, fairlead.circle(radius / 16)]
both.execute_stream()
refusal = raises(DALServiceError, both.raise_if_error)
assert refusal.reason.startswith("MultiValuedParamNotSupported"), refusal
nowhere = SodaQuery(f"{fairlead.url}/soda/sync", id=fairlead.dataset, session=session)
nowhere["CIRCLE"] = f"{(ra + 180) % 360} {-dec} 0.001"
assert nowhere.submit().status_code == 204
stranger = SodaQuery(f"{fairlead.url}/soda/sync", id=fairlead.dataset, circle=circle)
stranger.execute_stream()
refusal = raises(DALServiceError, stranger.raise_if_error)
assert refusal.code == 401 and refusal.reason.startswith("AuthenticationError"), refusal
step("a wrong circle, two circles, one beside the image, and no token are refused as SODA says")
