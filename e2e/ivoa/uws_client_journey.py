"""uws-client, the reference client of UWS, lists, creates, runs, waits for, aborts and deletes jobs."""

from uws.UWS import connection
from uws.UWS.client import Client
from uws.UWS.errors import UWSError

from fairlead import Fairlead, raises, step

fairlead = Fairlead()


def connected():
    """After a refusal the client leaves the answer unread, and its connection takes no further request."""
    there = connection.Connection(f"{fairlead.url}/uws/cutout")
    there.headers["Authorization"] = f"Bearer {fairlead.token}"
    return Client(connection=there)


client = connected()

before = client.get_job_list()
step(f"lists {len(before.job_reference)} jobs")

parameters = {"ID": fairlead.dataset, "CIRCLE": fairlead.circle(0.02)}
job = client.new_job({**parameters, "RUNID": "uws-client"})
assert job.phase == ["PENDING"] and job.run_id == "uws-client" and job.version == "1.1"
assert {parameter.id: parameter.value for parameter in job.parameters} == parameters
assert client.get_phase(job.job_id) == b"PENDING"
step(f"created {job.job_id[:8]}")

job = client.set_parameters_job(job.job_id, {"CIRCLE": fairlead.circle(0.01)})
assert dict((each.id, each.value) for each in job.parameters)["CIRCLE"] == fairlead.circle(0.01)
step("changed its circle")

job = client.run_job(job.job_id)
while job.phase[0] in ("QUEUED", "EXECUTING"):
    job = client.get_job(job.job_id, wait="30", phase=job.phase[0])
assert job.phase == ["COMPLETED"], (job.phase, job.error_summary and job.error_summary.messages)
assert len(job.results) >= 1 and all(result.reference.href for result in job.results)
step(f"ran it, and waited: {len(job.results)} results")

listed = client.get_job_list({"phases": ["COMPLETED"], "last": "10"})
assert job.job_id in [reference.id for reference in listed.job_reference]
after = client.get_job_list({"after": job.creation_time[:4] + "-01-01T00:00:00"})
assert job.job_id in [reference.id for reference in after.job_reference]
step("found it by PHASE and LAST, and by AFTER")

other = client.new_job(parameters)
other = client.abort_job(other.job_id)
assert other.phase == ["ABORTED"]
step("aborted another")

for each in (job, other):
    assert client.delete_job(each.job_id)
    raises(UWSError, lambda: connected().get_job(each.job_id))
step("deleted both")
raises(UWSError, lambda: connected().new_job({"ID": "no-such-dataset", "CIRCLE": "1 2 3", "PHASE": "RUN"}))
step("a dataset that is not there is refused")
