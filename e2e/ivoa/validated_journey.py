"""A whole journey by HTTP alone, in which every XML answer is validated against the schema of its standard."""

import sys
from collections import Counter
from pathlib import Path

import requests
from lxml import etree
from vo_models.vosi.availability import Availability
from vo_models.vosi.capabilities import VOSICapabilities

from fairlead import Fairlead, step, until

fairlead = Fairlead()
standards = Path(fairlead.standards)
here = Path(__file__).parent


class Resolver(etree.Resolver):
    """The schemas that others import, from files: nothing is fetched."""

    def resolve(self, url, _id, context):
        if "VOResource" in url:
            return self.resolve_filename(str(here / "schemas" / "VOResource-for-capabilities.xsd"), context)
        if "VOSICapabilities" in url:
            return self.resolve_filename(str(standards / "VOSICapabilities-v1.0.xsd"), context)
        return None


def schema(path):
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Resolver())
    return etree.XMLSchema(etree.parse(str(path), parser))


UWS = "http://www.ivoa.net/xml/UWS/v1.0"
VOTABLE = "http://www.ivoa.net/xml/VOTable/v1.3"
CAPABILITIES = "http://www.ivoa.net/xml/VOSICapabilities/v1.0"
AVAILABILITY = "http://www.ivoa.net/xml/VOSIAvailability/v1.0"
schemas = {
    UWS: schema(standards / "UWS.xsd"),
    VOTABLE: schema(standards / "VOTable.xsd"),
    AVAILABILITY: schema(standards / "VOSIAvailability-v1.0.xsd"),
    CAPABILITIES: schema(here / "schemas" / "capabilities.xsd"),
}
validated = Counter()
session = requests.Session()
session.headers["Authorization"] = f"Bearer {fairlead.token}"
session.headers["Accept-Encoding"] = "identity"


def ask(method, path, status=200, **options):
    """One exchange without following redirects; XML is validated, whatever the status."""
    url = path if path.startswith("http") else fairlead.url + path
    answer = session.request(method, url, allow_redirects=False, timeout=60, **options)
    assert answer.status_code == status, (method, path, answer.status_code, answer.text[:500])
    if "xml" in answer.headers.get("Content-Type", ""):
        document = etree.fromstring(answer.content, etree.XMLParser(no_network=True, resolve_entities=False))
        namespace = etree.QName(document).namespace
        try:
            schemas[namespace].assertValid(document)
        except etree.DocumentInvalid as error:
            raise AssertionError(f"{method} {path}: {error}\n{answer.text[:2000]}") from error
        if namespace == CAPABILITIES:
            VOSICapabilities.from_xml(answer.content)
        if namespace == AVAILABILITY:
            Availability.from_xml(answer.content)
        validated[namespace] += 1
    return answer


def error(method, path, status, begins, **options):
    """An error is a VOTable that says so (DALI 1.1, section 4.4)."""
    document = etree.fromstring(ask(method, path, status, **options).content)
    info = document.find(f"{{{VOTABLE}}}RESOURCE/{{{VOTABLE}}}INFO[@name='QUERY_STATUS']")
    assert info.get("value") == "ERROR" and info.text.startswith(begins), info.text


def job_of(path, **options):
    return etree.fromstring(ask("GET", path, **options).content)


def text(job, name):
    return job.find(f"{{{UWS}}}{name}").text


# A schema that finds nothing wrong anywhere would validate anything.
assert not schemas[UWS].validate(etree.fromstring(f'<job xmlns="{UWS}"/>'))
assert not schemas[CAPABILITIES].validate(
    etree.fromstring(f'<c:capabilities xmlns:c="{CAPABILITIES}"><capability><interface/></capability></c:capabilities>')
)

for base in ("/soda", "/uws", "/uws/cutout", "/uws/preview", f"/soda/organizations/{sys.argv[1]}"):
    ask("GET", f"{base}/availability")
    ask("GET", f"{base}/capabilities")
step("availability and capabilities")

circle = fairlead.circle(0.03)
request = {"ID": fairlead.dataset, "CIRCLE": circle}
for path, more in ((f"/soda/links?ID={fairlead.dataset}", {}), (f"/soda/organizations/{sys.argv[1]}/links", {})):
    ask("GET", path, **more)
ask("POST", "/soda/links", data={"ID": [fairlead.dataset, "no-such-dataset", "not/an/id"]})
ask("GET", "/soda/links?RESPONSEFORMAT=votable")
error("GET", "/soda/links?RESPONSEFORMAT=text/html", 415, "UsageError")
error("GET", "/soda/links?COLOUR=red", 400, "UsageError")
step("links")

for base in ("/soda/async", "/uws/cutout", f"/uws/organizations/{sys.argv[1]}/cutout"):
    ask("GET", base)
    at = ask("POST", base, 303, data={**request, "RUNID": "a < b & c"}).headers["Location"]
    job = job_of(at)
    assert text(job, "phase") == "PENDING" and text(job, "runId") == "a < b & c"
    for resource in ("phase", "executionduration", "destruction", "quote", "owner"):
        ask("GET", f"{at}/{resource}")
    ask("GET", f"{at}/parameters")
    ask("GET", f"{at}/results")
    ask("POST", f"{at}/parameters", 303, data={"CIRCLE": circle})
    ask("POST", f"{at}/executionduration", 303, data={"EXECUTIONDURATION": "60"})
    ask("POST", f"{at}/destruction", 303, data={"DESTRUCTION": "2099-01-01T00:00:00Z"})
    ask("POST", f"{at}/phase", 303, data={"PHASE": "RUN"})

    def ended():
        waited = job_of(f"{at}?WAIT=30")
        return waited if text(waited, "phase") not in ("QUEUED", "EXECUTING") else None

    job = until(ended, "the job's end")
    assert text(job, "phase") == "COMPLETED", etree.tostring(job)
    ask("GET", f"{at}/results")
    for result in job.find(f"{{{UWS}}}results"):
        address = result.get("{http://www.w3.org/1999/xlink}href")
        fetched = session.get(address if address.startswith("http") else fairlead.url + address, timeout=60)
        assert fetched.status_code == 200 and fetched.content
    for query in ("PHASE=COMPLETED", "LAST=3", "AFTER=2020-01-01T00:00:00Z", "PHASE=PENDING&PHASE=QUEUED"):
        ask("GET", f"{base}?{query}")
    error("POST", f"{at}/phase", 403, "UsageError", data={"PHASE": "RUN"})
    ask("POST", at, 303, data={"ACTION": "DELETE"})
    error("GET", at, 404, "UsageError")
    at = ask("POST", base, 303, data=request).headers["Location"]
    ask("POST", f"{at}/phase", 303, data={"PHASE": "ABORT"})
    assert text(job_of(at), "phase") == "ABORTED"
    ask("GET", f"{at}/error")
    ask("DELETE", at, 303)
step("jobs from creation to deletion, in three places")

error("POST", "/soda/async", 400, "UsageError", data={**request, "PHASE": "JUMP"})
error("POST", "/soda/async", 400, "UsageError", data={**request, "CIRCLE": "1 2", "PHASE": "RUN"})
error("GET", "/soda/async?LAST=-1", 400, "UsageError")
error("GET", "/soda/async?PHASE=SOON", 400, "UsageError")
error("GET", "/uws/cutout/01900000-0000-7000-8000-000000000000", 404, "UsageError")
error("GET", "/soda/nothing", 404, "UsageError")
error("DELETE", "/soda/links", 405, "UsageError")
token = session.headers.pop("Authorization")
for path in ("/soda/async", "/uws/cutout", f"/soda/links?ID={fairlead.dataset}"):
    error("GET", path, 401, "AuthenticationError")
session.headers["Authorization"] = token
step("errors")

for namespace, count in sorted(validated.items()):
    print(f"validated {count} documents of {namespace}")
print(f"validated {sum(validated.values())} documents in all")
